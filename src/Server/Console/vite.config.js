import { readFileSync } from 'node:fs';
import { defineConfig } from 'vite';

const bundled = ['hls.js', 'mpegts.js'];

/** Puts the licences of the bundled players beside them. */
const licences = {
  name: 'licences',
  generateBundle() {
    const source = bundled
      .map((name) => `${name}\n\n${readFileSync(`node_modules/${name}/LICENSE`, 'utf8')}`)
      .join('\n\n');
    this.emitFile({ type: 'asset', fileName: 'assets/licences.txt', source });
  },
};

// File names carry no hash: the server answers with an ETag and the browser asks again, so nothing stale stays behind.
export default defineConfig({
  plugins: [licences],
  // `npx vite` while working on the console: everything but the page comes from a server on its usual port.
  server: {
    proxy: {
      '/api': 'http://localhost:8080',
      '^/.*[.](flv|m3u8|m4s|mp4)$': 'http://localhost:8080',
    },
  },
  build: {
    outDir: '../wwwroot',
    emptyOutDir: true,
    target: 'es2022',
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 700,
    rollupOptions: {
      output: {
        entryFileNames: 'assets/[name].js',
        chunkFileNames: 'assets/[name].js',
        assetFileNames: 'assets/[name][extname]',
        manualChunks: (id) => bundled.find((name) => id.includes(`/node_modules/${name}/`))?.replace('.js', ''),
      },
    },
  },
});
