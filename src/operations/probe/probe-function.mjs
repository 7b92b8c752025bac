// What `imgseal probe` asks for under /_probe/. Deploy it as one Lambda@Edge function (nodejs22.x or nodejs24.x, handler
// index.handler, 30 s at the origin events) of a distribution for tests, at viewer-request, origin-request,
// origin-response and viewer-response of a behavior with the path pattern /_probe/*, whose cache policy allows a TTL of
// 1 s. Each path shows one thing that no page of AWS is clear about. It reads and writes nothing; of the bucket it asks
// for one object, _probe/object, which may be anything.

const header = (key, value) => [{ key, value }];

const answer = (cacheControl, body, more = {}) => ({
  status: "200",
  headers: {
    "cache-control": header("Cache-Control", cacheControl),
    etag: header("ETag", `"${body.slice(0, 30)}"`),
  },
  body,
  ...more,
});

// Two answers with one stamp are one answer.
const stamp = () => `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`.padEnd(30, ".");
const delay = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
const isRevalidation = ({ headers }) => headers["if-none-match"] !== undefined;
const nowhere = "imgseal-probe.invalid";
const toNowhere = (request) => ({
  ...request,
  headers: { ...request.headers, host: header("Host", nowhere) },
  origin: {
    custom: {
      customHeaders: {},
      domainName: nowhere,
      keepaliveTimeout: 5,
      path: "",
      port: 443,
      protocol: "https",
      readTimeout: 5,
      sslProtocols: ["TLSv1.2"],
    },
  },
});

// By event, then by the second part of the path: /_probe/{name}/{run}/{seconds}
const at = {
  "viewer-request": {
    hello: () => ({
      status: "200",
      headers: { "x-imgseal-probe": header("X-Imgseal-Probe", "1") },
      body: "probe",
    }),
    "request-method": ({ request }) => ({ ...request, method: "POST" }),
    "request-client-ip": ({ request }) => ({ ...request, clientIp: "192.0.2.1" }),
    "uri-characters": ({ request }) => ({ ...request, uri: "/_probe/a b" }),
    "origin-at-viewer-request": ({ request }) => ({
      ...request,
      origin: {
        s3: { authMethod: "none", customHeaders: {}, domainName: "a.s3.us-east-1.amazonaws.com", path: "" },
      },
    }),
    "invalidation-by-function-path": ({ request, run }) => ({ ...request, uri: `/_probe/made/${run}` }),
  },
  "origin-request": {
    // 800,000 bytes fit into 1 MB, and the base64 of them does not.
    "base64-size": () =>
      answer("no-store", Buffer.alloc(800_000).toString("base64"), { bodyEncoding: "base64" }),
    "failure-page-not-cached": () => {
      throw new Error("this is what is probed");
    },
    "failure-is-not-stale": ({ request }) => {
      if (isRevalidation(request)) throw new Error("this is what is probed");
      return answer("max-age=1", stamp());
    },
    "stale-is-a-refresh-hit": ({ request }) =>
      isRevalidation(request) ? toNowhere(request) : answer("max-age=1", stamp()),
    "unreachable-origin-is-kept": ({ request }) => toNowhere(request),
    "age-of-what-was-kept": () => answer("max-age=60", stamp(), { status: "404" }),
    "error-with-max-age-0": () => answer("max-age=0", stamp(), { status: "400" }),
    "range-answered-whole": async ({ seconds }) => {
      const body = stamp();
      await delay(seconds);
      return answer("max-age=60", body);
    },
    "age-behind-origin-shield": () => answer("max-age=6", stamp()),
    made: () => answer("max-age=3600", stamp()),
    "invalidation-under-way": async ({ seconds }) => {
      const body = stamp();
      await delay(seconds);
      return answer("max-age=3600", body);
    },
    "origin-response-on-304": ({ request }) => ({ ...request, uri: "/_probe/object" }),
  },
  "origin-response": {
    object: ({ response }) => {
      response.headers["cache-control"] = header("Cache-Control", "max-age=1");
      response.headers["x-imgseal-probe"] = header("X-Imgseal-Probe", response.status);
      return response;
    },
  },
  "viewer-response": {
    "viewer-response-status": ({ response }) => ({ ...response, status: "418", statusDescription: "Tea" }),
    "viewer-response-body": ({ response }) => ({ ...response, body: "replaced" }),
  },
};

export async function handler(event) {
  const { config, request, response } = event.Records[0].cf;
  const [, , name, run, seconds] = request.uri.split("/");
  const act = at[config.eventType]?.[name];
  if (act !== undefined) return act({ request, response, run, seconds: Number(seconds) });
  if (response !== undefined) return response;
  // Nothing else under /_probe/ is asked of an origin.
  return config.eventType === "origin-request" ? answer("no-store", "probe") : request;
}
