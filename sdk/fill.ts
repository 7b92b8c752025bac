/// <reference lib="dom" />
/** Sets the attributes of `<img>` elements, as soon as there is a grant for their URLs. */

import { economical, savesData } from "./data-saver.ts";
import { optionsOf, type Read } from "./description.ts";
import { holdGrant } from "./grant-holder.ts";
import { imgAttributes } from "./img.ts";
import { type PlacedPicture, placePicture } from "./picture.ts";
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

export interface Filler {
  /** Sets what can be set now, and the URLs when there is a grant. */
  fill(img: HTMLImageElement, read: Read): void;
  stop(): void;
}

interface Filled {
  readonly read: Read;
  /** What the URLs are of; `undefined` while there are none. */
  readonly subject: string | undefined;
}

/** On the line as a picture stands there: with `overflow`, its lower edge is on the baseline, and not its text. */
const placeStyle = { display: "inline-block", overflow: "hidden" };

export function createFiller({
  presets: { presets },
  baseUrl,
  grant,
  onError = report,
}: FillOptions): Filler {
  const pictures = new Map<HTMLImageElement, Filled>();
  const kept = new WeakSet<HTMLImageElement>();
  const holder = holdGrant(grant, fillAll, (error) => onError(error));

  function fillAll(): void {
    for (const [img, { read }] of pictures) {
      if (img.isConnected) write(img, read);
      else pictures.delete(img);
    }
  }

  function write(img: HTMLImageElement, read: Read): void {
    const token = holder.token();
    const subject = `${read("preset")}/${read("source")}`;
    // What has arrived keeps its URL: with another grant it would be another one, and a second request.
    const isDone = hasArrived(img) && pictures.get(img)?.subject === subject;
    try {
      const { name, preset, urlFor } = place(read, "preset", token);
      const { src, srcset, ...others } = imgAttributes(name, economical(preset), urlFor, optionsOf(read));
      // What the description has no more is not left from before.
      setAttributes(img, { sizes: undefined, crossorigin: undefined, ...others });
      if (token === undefined) keepPlace(img);
      else if (!isDone) {
        showPlaceholder(img, read, token);
        leavePlace(img);
        setAttributes(img, { srcset, src });
      }
      pictures.set(img, { read, subject: token === undefined && !isDone ? undefined : subject });
    } catch (error) {
      pictures.delete(img);
      onError(error, img);
    }
  }

  /** HTML 15.4.2: without `src`, an image that has a text is that text, inline, and not of its width and height. */
  function keepPlace(img: HTMLImageElement): void {
    if (img.hasAttribute("src") || getComputedStyle(img).display !== "inline") return;
    Object.assign(img.style, placeStyle);
    kept.add(img);
  }

  function leavePlace(img: HTMLImageElement): void {
    if (kept.delete(img)) for (const property of Object.keys(placeStyle)) img.style.removeProperty(property);
  }

  function place(read: Read, name: "preset" | "placeholder", grant = ""): PlacedPicture {
    return placePicture(presets, { baseUrl, grant, preset: read(name) ?? "", source: read("source") ?? "" });
  }

  function showPlaceholder(img: HTMLImageElement, read: Read, token: string): void {
    if (read("placeholder") === null || savesData() || hasArrived(img)) return;
    // Through CSSOM: a Content-Security-Policy without 'unsafe-inline' refuses a style attribute.
    Object.assign(img.style, placeholderStyle(place(read, "placeholder", token).urlFor({})));
    // It would be seen through a picture with transparency.
    img.addEventListener("load", () => img.style.removeProperty("background-image"), { once: true });
  }

  return {
    fill(img, read) {
      // Timers stand still while a machine sleeps: a lazy picture may be the first to notice that its grant is over.
      if (!pictures.has(img)) img.addEventListener("error", holder.refreshIfDue);
      write(img, read);
      holder.refreshIfDue();
    },
    stop() {
      holder.stop();
      for (const img of pictures.keys()) img.removeEventListener("error", holder.refreshIfDue);
      pictures.clear();
    },
  };
}

function hasArrived(img: HTMLImageElement): boolean {
  return img.complete && img.naturalWidth > 0;
}

/** Setting an attribute to what it is would load the picture again. */
function setAttributes(img: HTMLImageElement, attributes: object): void {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined) img.removeAttribute(name);
    else if (img.getAttribute(name) !== String(value)) img.setAttribute(name, String(value));
  }
}

function report(...problem: readonly unknown[]): void {
  console.error(...problem);
}
