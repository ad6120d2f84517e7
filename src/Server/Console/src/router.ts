/** The stream that the address names (/watch/app/stream), or null on the overview. */
export function watched(): string | null {
  const path = location.pathname;
  return path.startsWith('/watch/') ? decodeURIComponent(path.slice('/watch/'.length)).replace(/\/+$/, '') || null : null;
}

export const watchPath = (key: string): string => `/watch/${key.split('/').map(encodeURIComponent).join('/')}`;

/** Follows links marked data-link without loading the page anew. */
export function bindRouter(changed: () => void): void {
  addEventListener('popstate', changed);
  document.addEventListener('click', (event) => {
    const link = (event.target as Element | null)?.closest<HTMLAnchorElement>('a[data-link]');
    if (!link || event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
      return;
    }
    event.preventDefault();
    if (link.pathname !== location.pathname) {
      history.pushState(null, '', link.pathname);
    }
    changed();
  });
}
