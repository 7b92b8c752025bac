/** The mode in which a picture is asked for, as JavaScript and the frameworks say it. */

import type { ImgAttributes } from "./img.ts";
import { misuse } from "./misuse.ts";

/**
 * `<SealImg crossorigin>` is `true` in JSX and `""` in Vue.
 *
 * @throws TypeError for a mode that there is not, which browsers would take as "anonymous"
 */
export function parseMode(asked: unknown): ImgAttributes["crossorigin"] {
  if (asked === true || asked === "") return "anonymous";
  if (!asked) return undefined;
  if (asked === "anonymous" || asked === "use-credentials") return asked;
  return misuse("crossorigin", '"anonymous" or "use-credentials"', asked);
}
