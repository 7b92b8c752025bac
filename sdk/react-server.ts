/** For React where there is no state: server components. What `@imgseal/sdk/react` is under the condition `react-server`. */

import { createElement, type ReactElement } from "react";
import { awaitedAttributes } from "./awaited-picture.ts";
import type { SignerPresets } from "./presets.ts";
import { elementProps, imgProps, type SealImgProps } from "./react-props.ts";

export type { AwaitedPicture } from "./awaited-picture.ts";
export { type ImgProps, imgProps, type SealImgProps } from "./react-props.ts";

/** As in `@imgseal/sdk/react`. */
export function SealImg<const Table extends SignerPresets>(props: SealImgProps<Table>): ReactElement {
  const attributes = awaitedAttributes(props.presets, props.picture, props, undefined);
  return createElement("img", elementProps(props, imgProps(attributes)));
}
