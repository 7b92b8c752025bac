/** Pictures in Vue, from a signed URL or a grant. */

import {
  type ComputedRef,
  computed,
  defineComponent,
  h,
  type MaybeRefOrGetter,
  mergeProps,
  onMounted,
  onScopeDispose,
  type Ref,
  shallowRef,
  toValue,
  useAttrs,
} from "vue";
import {
  type Arrival,
  type AwaitedAttributes,
  type AwaitedPicture,
  arrivalOf,
  awaitedAttributes,
} from "./awaited-picture.ts";
import type { ImgOptions } from "./img.ts";
import { type FetchGrant, keepGrant } from "./page-grant.ts";
import type { SignerPresets } from "./presets.ts";

export type { AwaitedAttributes, AwaitedPicture } from "./awaited-picture.ts";
export type { FetchGrant } from "./page-grant.ts";

export interface SealImgProps<Table extends SignerPresets> extends ImgOptions {
  /** The const that `imgseal types` writes. */
  readonly presets: Table;
  readonly picture: AwaitedPicture<Table["presets"]>;
}

/**
 * An `<img>` with every candidate of the preset; classes, listeners and other attributes go to it.
 *
 *     <SealImg :presets="presets" :picture="signedUrl" alt="A cat" />
 *     <SealImg :presets="presets" :picture="{ baseUrl, grant, preset: 'card', source }" alt="A cat" />
 *
 * @throws TypeError when `alt`, a needed `sizes` or a needed `sourceSize` is missing, or the preset is unknown
 */
export const SealImg = defineComponent(
  <const Table extends SignerPresets>(props: SealImgProps<Table>) => {
    const attrs = useAttrs();
    const attributes = useSealImg(
      () => props.presets,
      () => props.picture,
      () => ({ ...props, priority: isSaid(props.priority) }),
    );
    // In this order: what a caller says beside the description does not change it.
    return () => h("img", mergeProps(attrs, attributes.value));
  },
  {
    name: "SealImg",
    inheritAttrs: false,
    // By their names alone: with descriptions, Vue's types lose the type of the table.
    props: ["presets", "picture", "alt", "sizes", "priority", "sourceSize", "crossorigin"],
  },
);

/**
 * The attributes of an `<img>`, for components of your own. Their `onLoad` keeps the URLs of what has arrived when the
 * grant is renewed.
 *
 *     const attributes = useSealImg(presets, () => props.picture, { alt: "A cat" });   // <img v-bind="attributes">
 *
 * @throws TypeError as `SealImg`, when the value is read
 */
export function useSealImg<const Table extends SignerPresets>(
  presets: MaybeRefOrGetter<Table>,
  picture: MaybeRefOrGetter<AwaitedPicture<Table["presets"]>>,
  options: MaybeRefOrGetter<ImgOptions>,
): ComputedRef<AwaitedAttributes & { readonly onLoad: () => void }> {
  const arrival = shallowRef<Arrival>();
  return computed(() => {
    const shown = toValue(picture);
    const attributes = awaitedAttributes(toValue(presets), shown, toValue(options), arrival.value);
    const onLoad = () => {
      arrival.value = arrivalOf(shown, attributes);
    };
    return { onLoad, ...attributes };
  });
}

/**
 * A grant for the pictures of a page: fetched once the component is mounted, and again before it expires. Call it once,
 * where the pictures' common parent is.
 *
 *     const grant = useGrant(async () => (await fetch("/grant")).text());
 *
 * @param onError told of a grant that could not be had; logs it unless given
 * @returns holds `undefined` until there is one
 */
export function useGrant(
  fetchGrant: FetchGrant,
  onError: (error: unknown) => void = report,
): Readonly<Ref<string | undefined>> {
  const token = shallowRef<string>();
  let stop: (() => void) | undefined;
  // Not in a server's rendering, which mounts nothing and would keep asking for ever.
  onMounted(() => {
    stop = keepGrant(
      fetchGrant,
      (fresh) => {
        token.value = fresh;
      },
      onError,
    );
  });
  onScopeDispose(() => stop?.());
  return token;
}

function report(error: unknown): void {
  console.error(error);
}

/** `<SealImg priority>` says `""` where Vue knows no more of a prop than its name. */
function isSaid(flag: unknown): boolean {
  return flag === true || flag === "";
}
