/** A response that a function returned, generated or amended, held against the rules. */

import type { HeaderMap } from "../../edge/event.ts";
import type { EventType } from "./description.ts";
import { functionQuotas } from "./quotas.ts";
import { readResultHeaders } from "./result-headers.ts";
import { type OnBreach, RuleBreach, refuseBreach } from "./rule-breach.ts";
import { describe, grouped } from "./wording.ts";

/** What the function was shown; absent at request events, where every answer is generated. */
export interface GivenResponse {
  readonly status: number;
  readonly headers: HeaderMap;
}

export interface ResponseResult {
  readonly status: number;
  readonly statusDescription?: string;
  readonly headers: HeaderMap;
  /** Absent: the body stays what it was. */
  readonly body?: Buffer;
}

/** @throws RuleBreach */
export function readResponseResult(
  result: object,
  {
    eventType,
    given,
    onBreach = refuseBreach,
  }: {
    readonly eventType: EventType;
    readonly given?: GivenResponse;
    /** Refuses unless said. */
    readonly onBreach?: OnBreach | undefined;
  },
): ResponseResult {
  const { status, statusDescription, headers, body, bodyEncoding }: Record<string, unknown> = { ...result };
  if (eventType === "viewer-response" && body !== undefined) {
    onBreach(new RuleBreach("viewer-response-body", `body is ${describe(body)}`));
  }
  const read = {
    status: readStatus(status),
    ...readDescription(statusDescription),
    headers: readResultHeaders(headers ?? {}, { eventType, given: given?.headers ?? noHeaders, onBreach }),
    ...readBody(body, bodyEncoding, onBreach),
  };
  if (eventType === "viewer-response" && read.status !== given?.status) {
    onBreach(new RuleBreach("viewer-response-status", `status was ${given?.status} and is ${read.status}`));
  }
  if (eventType === "viewer-request" && read.status === 204 && typeof body === "string" && body !== "") {
    onBreach(
      new RuleBreach("body-with-204", `the body has ${body.length} characters`, { figure: body.length }),
    );
  }
  requireSize(eventType, headerBytes(read.headers) + bodyBytes(body, bodyEncoding), onBreach);
  return read;
}

const noHeaders: HeaderMap = {};

function readStatus(status: unknown): number {
  if (status === undefined || status === null) {
    throw new RuleBreach("response-status", "the result has no status");
  }
  const number = typeof status === "string" && /^\d{3}$/u.test(status) ? Number(status) : status;
  if (typeof number !== "number" || !Number.isInteger(number) || number < 200 || number > 599) {
    const shown =
      typeof status === "string" || typeof status === "number" ? JSON.stringify(status) : describe(status);
    throw new RuleBreach("status-range", `status is ${shown}`, {
      ...(typeof number === "number" && { figure: number }),
    });
  }
  return number;
}

function readDescription(description: unknown): Pick<ResponseResult, "statusDescription"> {
  if (description === undefined) return {};
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
  if (typeof description !== "string" || /[\0-\x1f\x7f]/u.test(description)) {
    throw new RuleBreach(
      "status-description",
      `statusDescription is ${describe(description)} that cannot be sent`,
    );
  }
  return description === "" ? {} : { statusDescription: description };
}

function readBody(body: unknown, encoding: unknown, onBreach: OnBreach): Pick<ResponseResult, "body"> {
  if (encoding !== undefined && encoding !== "text" && encoding !== "base64") {
    throw new RuleBreach(
      "body-encoding",
      `bodyEncoding is ${JSON.stringify(encoding) ?? describe(encoding)}`,
    );
  }
  if (body === undefined) return {};
  if (typeof body !== "string") throw new RuleBreach("body-type", `body is ${describe(body)}`);
  if (encoding !== "base64") return { body: Buffer.from(body) };
  const decoded = Buffer.from(body, "base64");
  if (!isBase64(body, decoded)) {
    onBreach(
      new RuleBreach("body-base64", `the body has ${body.length} characters and is not base64`, {
        figure: body.length,
      }),
    );
  }
  return { body: decoded };
}

/**
 * Whether a text is base64 with its padding (RFC 4648 4), and nothing else.
 *
 * Node's decoder takes base64url too, and skips what it does not know: the bytes are then fewer than the length says. Only
 * the last four characters can stand for bytes in more than one way, so only they are encoded again.
 */
function isBase64(text: string, decoded: Buffer): boolean {
  if (text.includes("-") || text.includes("_")) return false;
  const last = decoded.subarray(Math.max(0, Math.ceil(decoded.length / 3) - 1) * 3);
  return Math.ceil(decoded.length / 3) * 4 === text.length && text.endsWith(last.toString("base64"));
}

/** As CloudFront counts them; base64 is one byte a character, which a megabyte need not be looked through for. */
function bodyBytes(body: unknown, encoding: unknown): number {
  if (typeof body !== "string") return 0;
  return encoding === "base64" ? body.length : Buffer.byteLength(body);
}

function requireSize(eventType: EventType, figure: number, onBreach: OnBreach): void {
  const { generatedResponseBytes: quota } = functionQuotas[eventType];
  if (figure <= quota) return;
  const rule = eventType.startsWith("viewer") ? "viewer-generated-size" : "origin-generated-size";
  onBreach(
    new RuleBreach(
      rule,
      `headers and body have ${grouped(figure)} bytes, ${grouped(figure - quota)} too many`,
      { figure, quota },
    ),
  );
}

/** As they are sent in HTTP/1.1: name, colon, space, value, line end. */
function headerBytes(headers: HeaderMap): number {
  let bytes = 0;
  for (const name in headers) bytes += name.length + (headers[name]?.length ?? 0) + ": \r\n".length;
  return bytes;
}
