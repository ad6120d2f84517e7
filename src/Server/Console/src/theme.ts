import { icon } from './dom';

const order = ['auto', 'light', 'dark'] as const;
type Theme = (typeof order)[number];

const key = 'mediaserver.theme';

function stored(): Theme {
  const value = localStorage.getItem(key);
  return order.find((theme) => theme === value) ?? 'auto';
}

/** Makes the button go through automatic, light and dark. */
export function bindTheme(button: HTMLElement): void {
  const show = (theme: Theme): void => {
    document.documentElement.dataset['theme'] = theme;
    button.replaceChildren(icon(`theme-${theme}`));
    button.setAttribute('aria-label', `Colours: ${theme}`);
    button.title = `Colours: ${theme}`;
  };
  button.addEventListener('click', () => {
    const next = order[(order.indexOf(stored()) + 1) % order.length] ?? 'auto';
    localStorage.setItem(key, next);
    show(next);
  });
  show(stored());
}
