// What a user's TypeScript may write, and what it must not.
import { createSigner, type ImgAttributes, type SignerPresets } from "@imgseal/sdk";
import {
  type GrantedPicture,
  imgAttributes,
  pictureUrl,
  preloadAttributes,
  srcset,
} from "@imgseal/sdk/client";
import { getImage, imageProps } from "@imgseal/sdk/nuxt";
import { createSyncSigner } from "@imgseal/sdk/sync";

const presets = {
  signing: { requireExpiry: false },
  presets: {
    thumb: {
      revision: "3f9a1c20b4d7",
      sources: [],
      width: 200,
      height: 150,
      fit: "cover",
      withoutEnlargement: true,
      formats: ["webp"],
    },
    banner: {
      revision: "b81d44e07a15",
      sources: [],
      aspectRatio: 3.2,
      widths: [640, 1280],
      fit: "cover",
      withoutEnlargement: true,
      formats: ["avif", "jpeg"],
    },
  },
} as const satisfies SignerPresets;

const options = { baseUrl: "https://img.example.com", keys: {}, presets, lifetime: "1h" };
const signer = createSigner(options);
const sync = createSyncSigner(options);

const url: Promise<string> = signer.url("banner", "a.jpg", { width: 640, format: "avif" });
const img: ImgAttributes = sync.img("thumb", "a.jpg", { alt: "" });
const html: string = sync.html("banner", "a.jpg", { alt: "", sizes: "100vw", attributes: { class: "hero" } });
const token: string = sync.grant({ presets: ["thumb"], sources: ["a/"] });

// @ts-expect-error a misspelt preset
sync.url("thmub", "a.jpg");
// @ts-expect-error a width that the preset does not declare
sync.url("banner", "a.jpg", { width: 641 });
// @ts-expect-error a preset without ratios takes none
sync.url("thumb", "a.jpg", { dpr: 2 });
// @ts-expect-error a format that the preset does not offer
sync.url("thumb", "a.jpg", { format: "avif" });
// @ts-expect-error a picture without a text for those who do not see it
sync.img("thumb", "a.jpg", {});
// @ts-expect-error a grant for a preset that there is not
sync.grant({ presets: ["thmub"], sources: [""] });

const baseUrl = "https://img.example.com";
const picture: GrantedPicture<"banner"> = { baseUrl, grant: token, preset: "banner", source: "a.jpg" };
const attributes: ImgAttributes = imgAttributes(presets, picture, {
  alt: "",
  sizes: "100vw",
  priority: true,
});
const candidate: string = pictureUrl(presets, picture, { width: 640 }) + srcset(presets, candidateOf());
const link: "preload" = preloadAttributes(attributes).rel;
const shown = imageProps(presets, picture, { alt: "", sizes: "100vw" });

function candidateOf(): string {
  return getImage("https://img.example.com/banner/a.jpg", { modifiers: { width: 640 } }).url;
}

// @ts-expect-error a misspelt preset
imgAttributes(presets, { ...picture, preset: "bannr" }, { alt: "" });
// @ts-expect-error a width that the preset does not declare
pictureUrl(presets, picture, { width: 641 });
// @ts-expect-error a picture without a text for those who do not see it
imgAttributes(presets, picture, { sizes: "100vw" });

// A table that was read from JSON: any name, any number, checked when it runs.
declare const read: SignerPresets;
const loose = createSigner({ ...options, presets: read });
const looseUrl: Promise<string> = loose.url("anything", "a.jpg", { width: 1, dpr: 2, format: "x" });

export { candidate, html, img, link, looseUrl, shown, token, url };
