/** Where pictures are asked for. */

import { misuse } from "./misuse.ts";

/** @throws TypeError for what is no origin */
export function parseOrigin(baseUrl: unknown, option = "baseUrl"): string {
  const url = typeof baseUrl === "string" && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  // Credentials, a path, a query or a fragment would all show up here.
  if (url && /^https?:/.test(url.href) && url.href === `${url.origin}/`) return url.origin;
  return misuse(
    option,
    'an http(s) origin without a path, such as "https://img.example.com"',
    // Credentials stay out of the message.
    typeof baseUrl === "string" ? baseUrl.replace(/\/\/[^/]*@/, "//***@") : baseUrl,
  );
}
