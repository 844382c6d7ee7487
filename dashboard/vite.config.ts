import { defineConfig, loadEnv } from "vite";
import { withTexts } from "./src/texts/html.ts";

/** `DASHBOARD_URL` names a dashboard that is served already, whose run-time configuration `npm run dev` takes. */
export default defineConfig(({ mode }) => {
  const url = loadEnv(mode, ".", "DASHBOARD_")["DASHBOARD_URL"];
  return {
    base: "/",
    plugins: [{ name: "texts", transformIndexHtml: withTexts }],
    oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
    build: {
      target: "es2022",
      assetsInlineLimit: 0,
      manifest: true,
      chunkSizeWarningLimit: 800,
      modulePreload: { polyfill: false },
    },
    server: url ? { proxy: { "/config.json": { target: url, changeOrigin: true } } } : {},
  };
});
