export default defineNuxtConfig({
  compatibilityDate: "2026-01-01",
  modules: ["@nuxt/image"],
  image: {
    provider: "imgseal",
    providers: { imgseal: { provider: "@imgseal/sdk/nuxt" } },
  },
  // NUXT_PUBLIC_IMGSEAL_URL when it runs.
  runtimeConfig: { public: { imgsealUrl: "http://127.0.0.1:8787" } },
  telemetry: false,
});
