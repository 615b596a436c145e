import { fileURLToPath, URL } from 'node:url'

import vue from '@vitejs/plugin-vue'
import Components from 'unplugin-vue-components/vite'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import { defineConfig } from 'vitest/config'

const api = process.env.YINLING_API ?? 'http://127.0.0.1:8000'

export default defineConfig({
  plugins: [
    vue(),
    Components({
      // Only the kit is resolved by name: our own components are imported, so that a reader finds them.
      dirs: [],
      dts: 'src/components.d.ts',
      resolvers: [ElementPlusResolver({ importStyle: 'css' })],
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { proxy: { '/api': { target: api, changeOrigin: false } } },
  preview: { proxy: { '/api': { target: api, changeOrigin: false } } },
  build: {
    // Offices run browsers that are years old; these are the oldest the kit itself supports.
    target: ['chrome87', 'firefox78', 'safari14'],
    manifest: true,
    chunkSizeWarningLimit: 800,
    // A data: font or picture would need a wider content security policy.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        staff: fileURLToPath(new URL('./index.html', import.meta.url)),
        report: fileURLToPath(new URL('./report/index.html', import.meta.url)),
      },
      output: {
        codeSplitting: {
          includeDependenciesRecursively: false,
          groups: [
            // Shared with the phone and public pages, which have no router.
            { name: 'vue', test: /node_modules[\\/](@vue|vue)[\\/]/, priority: 30 },
            // What every ledger and record is made of travels in one file: dozens of small ones
            // would each stand in the entry's list of what to preload.
            {
              name: 'desk',
              test: /src[\\/](ui[\\/](?!Problem|Notice|notices|Chart|chart)|staff[\\/](components|pickers)[\\/])/,
              priority: 10,
            },
            { name: 'charts', test: /node_modules[\\/](echarts|zrender|tslib)[\\/]/, priority: 20 },
          ],
        },
      },
    },
  },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts'],
    setupFiles: ['src/test-setup.ts'],
    // a page takes some seconds where others are at work: only what hangs is a failure
    testTimeout: 120_000,
    server: { deps: { inline: ['element-plus'] } },
  },
})
