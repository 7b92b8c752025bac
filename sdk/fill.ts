/// <reference lib="dom" />
/** Sets the attributes of `<img>` elements, as soon as there is a grant for their URLs. */

import type { Size } from "../src/images/output-size.ts";
import { economical, savesData } from "./data-saver.ts";
import { holdGrant } from "./grant-holder.ts";
import { imgAttributes, type UncheckedOptions } from "./img.ts";
import { misuse } from "./misuse.ts";
import { placePicture } from "./picture.ts";
import { placeholderStyle } from "./placeholder.ts";
import type { SignerPresets } from "./presets.ts";

export interface FillOptions {
  /** The const that `imgseal types` writes, or its manifest. */
  readonly presets: SignerPresets;
  /** Origin of the distribution, such as `https://img.example.com`. */
  readonly baseUrl: string;
  /** Fetches a grant: asked with the first picture, and again before the one that it gave expires. */
  readonly grant: () => string | Promise<string>;
  /** Told of a picture that is described wrongly, and of a grant that could not be had; logs them unless given. */
  readonly onError?: (error: unknown, img?: HTMLImageElement) => void;
}

/** A picture as HTML describes it: texts, where they are there. */
export interface Description {
  readonly preset?: string | undefined;
  readonly source?: string | undefined;
  readonly alt?: string | null | undefined;
  readonly sizes?: string | null | undefined;
  readonly priority?: string | undefined;
  /** Such as `4000x3000`. */
  readonly sourceSize?: string | undefined;
  /** Name of a preset. */
  readonly placeholder?: string | undefined;
}

export interface Filler {
  /** Sets what can be set now, and the URLs when there is a grant. */
  fill(img: HTMLImageElement, describe: () => Description): void;
  /** For pictures that cannot be had: timers stand still while a machine sleeps, and a grant may be over. */
  refreshIfDue(): void;
  stop(): void;
}

export function createFiller({
  presets: { presets },
  baseUrl,
  grant: fetchGrant,
  onError = console.error,
}: FillOptions): Filler {
  const pictures = new Map<HTMLImageElement, () => Description>();
  const { token, refreshIfDue, stop } = holdGrant(fetchGrant, fillAll, onError);

  function fillAll(): void {
    for (const [img, describe] of pictures) {
      if (img.isConnected) fill(img, describe);
      else pictures.delete(img);
    }
  }

  function fill(img: HTMLImageElement, describe: () => Description): void {
    const grant = token() ?? "";
    pictures.set(img, describe);
    try {
      write(img, grant, describe());
    } catch (error) {
      // Once, and not with every grant; what has a URL needs the next one.
      if (!img.src) pictures.delete(img);
      onError(error, img);
    }
    refreshIfDue();
  }

  function write(img: HTMLImageElement, grant: string, description: Description): void {
    const { preset, source = "", placeholder } = description;
    const place = (name = "") => placePicture(presets, { baseUrl, grant, preset: name, source });
    const { name, preset: compiled, urlFor } = place(preset);
    const { src, srcset, ...others } = imgAttributes(
      name,
      economical(compiled),
      urlFor,
      parseOptions(description),
    );
    setAttributes(img, others);
    const hasArrived = img.complete && img.naturalWidth > 0;
    // What has arrived keeps its URL: with another grant it would be another one, and a second request.
    if (!grant || (hasArrived && withoutQuery(img.src) === withoutQuery(src))) return;
    // First: a placeholder that there is not keeps no picture away.
    setAttributes(img, { srcset, src });
    if (placeholder && !hasArrived && !savesData()) showBehind(img, place(placeholder).urlFor({}));
  }

  return { fill, refreshIfDue, stop };
}

function parseOptions({ alt, sizes, priority, sourceSize }: Description): UncheckedOptions {
  return {
    alt: alt ?? undefined,
    sizes: sizes ?? undefined,
    priority: priority !== undefined,
    sourceSize: sourceSize ? parseSize(sourceSize) : undefined,
  };
}

function parseSize(text: string): Size {
  const [, width, height] = /^(\d+)x(\d+)$/.exec(text) ?? misuse("source-size", "4000x3000", text);
  return { width: Number(width), height: Number(height) };
}

function showBehind(img: HTMLImageElement, url: string): void {
  // Through CSSOM: a Content-Security-Policy without 'unsafe-inline' refuses a style attribute.
  Object.assign(img.style, placeholderStyle(url));
  // It would be seen through a picture with transparency.
  const show = () => {
    img.style.backgroundImage = "";
  };
  img.addEventListener("load", show, { once: true });
}

function withoutQuery(url: string): string | undefined {
  return url.split("?")[0];
}

/** Setting an attribute to what it is would load the picture again. */
export function setAttributes(img: HTMLImageElement, attributes: object): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) img.removeAttribute(name);
    else if (img.getAttribute(name) !== `${value}`) img.setAttribute(name, value);
  }
}
