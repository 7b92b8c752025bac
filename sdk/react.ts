/** Pictures in React, from a signed URL or a grant. */

import { type ComponentProps, createElement, type ReactElement, useEffect, useRef, useState } from "react";
import { type Arrival, type AwaitedPicture, arrivalOf, awaitedAttributes } from "./awaited-picture.ts";
import type { ImgOptions } from "./img.ts";
import { type FetchGrant, keepGrant } from "./page-grant.ts";
import type { SignerPresets } from "./presets.ts";
import { elementProps, type ImgProps, imgProps, type SealImgProps } from "./react-props.ts";

export type { AwaitedPicture } from "./awaited-picture.ts";
export type { FetchGrant } from "./page-grant.ts";
export { type ImgProps, imgProps, type SealImgProps } from "./react-props.ts";

/**
 * An `<img>` with every candidate of the preset. In server components too, where it is HTML alone.
 *
 *     <SealImg presets={presets} picture={signedUrl} alt="A cat" />
 *     <SealImg presets={presets} picture={{ baseUrl, grant, preset: "card", source: "photos/cat.jpg" }} alt="A cat" />
 *
 * @throws TypeError when `alt`, a needed `sizes` or a needed `sourceSize` is missing, or the preset is unknown
 */
export function SealImg<const Table extends SignerPresets>(props: SealImgProps<Table>): ReactElement {
  const { onLoad: onArrival, ...made } = useSealImg(props.presets, props.picture, props);
  const onLoad: ComponentProps<"img">["onLoad"] = (event) => {
    onArrival();
    props.onLoad?.(event);
  };
  return createElement("img", elementProps({ ...props, onLoad }, made));
}

/**
 * The props of an `<img>`, for components of your own. Its `onLoad` keeps the URLs of what has arrived when the grant
 * is renewed.
 *
 *     <img {...useSealImg(presets, picture, { alt: "A cat" })} />
 *
 * @throws TypeError as `SealImg`
 */
export function useSealImg<const Table extends SignerPresets>(
  presets: Table,
  picture: AwaitedPicture<Table["presets"]>,
  options: ImgOptions,
): ImgProps & { readonly onLoad: () => void } {
  const [arrival, setArrival] = useState<Arrival>();
  const attributes = awaitedAttributes(presets, picture, options, arrival);
  return { onLoad: () => setArrival(arrivalOf(picture, attributes)), ...imgProps(attributes) };
}

/**
 * A grant for the pictures of a page: fetched once it is mounted, and again before it expires. Call it once, where the
 * pictures' common parent is.
 *
 *     const grant = useGrant(async () => (await fetch("/grant")).text());
 *
 * @param onError told of a grant that could not be had; logs it unless given
 * @returns `undefined` until there is one
 */
export function useGrant(fetchGrant: FetchGrant, onError = report): string | undefined {
  const [token, setToken] = useState<string>();
  // Whoever writes the callbacks in place makes others at each render, and that is no reason to ask again.
  const latest = useRef({ fetchGrant, onError });
  useEffect(() => {
    latest.current = { fetchGrant, onError };
  });
  useEffect(
    () =>
      keepGrant(
        () => latest.current.fetchGrant(),
        setToken,
        (error) => latest.current.onError(error),
      ),
    [],
  );
  return token;
}

function report(error: unknown): void {
  console.error(error);
}
