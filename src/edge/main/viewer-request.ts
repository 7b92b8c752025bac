/** Composition root of the viewer-request function. */

import type { CloudFrontRequestEvent, CloudFrontRequestResult } from "aws-lambda";
import { parseKeySet } from "../../urls/key-set.ts";
import { viewerRequest } from "../viewer-request.ts";
import type { BakedViewerRequest } from "./baked.ts";

declare const IMGSEAL_BAKED: BakedViewerRequest;

const parts = {
  table: IMGSEAL_BAKED.table,
  // No usable key throws here, so the function fails closed before its first request.
  keys: parseKeySet(IMGSEAL_BAKED.keys),
  nowMilliseconds: Date.now,
  log: (entry: object) => console.log(JSON.stringify(entry)),
};

// Node 24 at Lambda accepts async handlers only.
export async function handler(event: CloudFrontRequestEvent): Promise<CloudFrontRequestResult> {
  return viewerRequest(event, parts);
}
