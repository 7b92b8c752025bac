/** What the local service shows of itself: its gallery, its health, and signed links into it. */

import type { SignerPresets, UrlOptions } from "../../sdk/index.ts";
import type { ExchangeParts } from "../local/exchange.ts";
import type { PresetTable } from "../presets/table.ts";
import type { SourceStore } from "../store/store.ts";
import type { KeyFile } from "./key-file.ts";
import { packageVersion } from "./package-root.ts";
import { chooseExamples, listPictures } from "./pictures.ts";
import type { Terminal } from "./terminal.ts";

const linkLifetimeSeconds = 86_400;
const exampleCount = 3;

/** The signer of a base URL. */
export type SignerAt = (
  base: string,
) => (
  preset: string,
  source: string,
  selectors?: Pick<UrlOptions, "width" | "dpr" | "format">,
) => Promise<string>;

/** Signs links of this service, under whatever base. */
export async function createLinkSigner(
  table: SignerPresets,
  { jwkSet }: KeyFile,
  terminal: Terminal,
): Promise<SignerAt> {
  const { createSigner } = await import("../../sdk/index.ts");
  const expiresIn = Math.min(linkLifetimeSeconds, table.signing.maxLifetimeSeconds ?? linkLifetimeSeconds);
  return (base) => {
    const signer = createSigner({
      baseUrl: base,
      keys: jwkSet,
      presets: table,
      now: terminal.nowMilliseconds,
    });
    return (preset, source, selectors) => signer.url(preset, source, { ...selectors, expiresIn });
  };
}

/** The gallery, and a sign of life for process managers. */
export async function servicePages(
  table: PresetTable,
  sources: SourceStore,
  signerAt: SignerAt,
): Promise<ExchangeParts["pages"]> {
  const { galleryPage } = await import("../local/gallery.ts");
  // The page is read under many names of its host, so its links are paths.
  const anyBase = "http://localhost";
  const sign = signerAt(anyBase);
  const version = packageVersion();
  return {
    "/": async (queryString) =>
      galleryPage({
        presets: Object.values(table.presets),
        sources: await listPictures(sources),
        urlFor: async (...picture) => (await sign(...picture)).slice(anyBase.length),
        queryString,
      }),
    "/_health": async () => ({
      headers: { "content-type": "application/json", "cache-control": "no-store" },
      body: `${JSON.stringify({ status: "ok", version, pid: process.pid })}\n`,
    }),
  };
}

/** A few URLs to paste: of different presets, on pictures that are there. */
export async function exampleUrls(
  table: PresetTable,
  sources: SourceStore,
  sign: ReturnType<SignerAt>,
): Promise<string[]> {
  const pictures = await listPictures(sources);
  const examples = chooseExamples(Object.values(table.presets), pictures, exampleCount);
  return Promise.all(examples.map(({ preset, source }) => sign(preset, source)));
}
