/** Composition root of the origin-response function. */

import type { CloudFrontResponseEvent, CloudFrontResultResponse } from "aws-lambda";
import { render } from "../../images/render.ts";
import { openS3Store } from "../../store/s3.ts";
import { originResponse } from "../origin-response.ts";
import type { BakedOriginResponse, Bucket } from "./baked.ts";

declare const IMGSEAL_BAKED: BakedOriginResponse;

const { table, previous, sources, derivatives } = IMGSEAL_BAKED;

const parts = {
  table,
  ...(previous !== undefined && { previous }),
  sources: open(sources),
  derivatives: open(derivatives),
  render,
  // Lambda hands a function one event at a time.
  schedule: <T>(work: () => Promise<T>) => work(),
  nowMilliseconds: Date.now,
  log: (entry: object) => console.log(JSON.stringify(entry)),
};

function open({ endpoint, ...bucket }: Bucket) {
  return openS3Store({ ...bucket, ...(endpoint !== undefined && { endpoint, forcePathStyle: true }) });
}

export async function handler(event: CloudFrontResponseEvent): Promise<CloudFrontResultResponse> {
  return originResponse(event, parts);
}
