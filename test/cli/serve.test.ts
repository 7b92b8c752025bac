import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { get } from "node:http";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import sharp from "sharp";
import { afterAll, describe, expect, test } from "vitest";
import { chooseExamples } from "../../src/cli/pictures.ts";
import { makePreset } from "../fixtures/presets.ts";
import { compiledCommand, environment, root, runProcess } from "./binary.ts";

const command = compiledCommand();

// The tests run at the same time, where Vitest knows no onTestFinished.
const cleanUps: (() => void)[] = [];
afterAll(() => {
  for (const cleanUp of cleanUps.reverse()) cleanUp();
});

/** A folder with presets, and with pictures in `photos`. */
async function project(pictures: readonly string[] = ["cat.jpg", "dogs/rex.png"]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "imgseal-serve-"));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  copyFileSync(join(root, "presets.yaml"), join(folder, "presets.yaml"));
  mkdirSync(join(folder, "photos/dogs"), { recursive: true });
  for (const name of pictures) await addPicture(folder, `photos/${name}`, "#3366cc");
  return folder;
}

async function addPicture(folder: string, path: string, background: string): Promise<void> {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  await sharp({ create: { width: 600, height: 400, channels: 3, background } }).toFile(join(folder, path));
}

interface Served {
  readonly process: ChildProcess;
  readonly lines: string[];
  readonly errors: () => string;
  readonly gallery: string;
  readonly urls: readonly string[];
  /** With --pops. */
  readonly pops?: readonly string[];
  /** Exit code, or the signal that ended it. */
  readonly ended: Promise<unknown>;
}

async function serve(cwd: string, ...args: string[]): Promise<Served> {
  const options = ["--sources", "photos", "--port", "0", "--json", ...args];
  const child = spawn(process.execPath, [command.main, "serve", ...options], { cwd, env: environment() });
  cleanUps.push(() => {
    child.kill("SIGKILL");
  });
  let errors = "";
  child.stderr.on("data", (data) => {
    errors += data;
  });
  const ended = once(child, "exit").then(([code, signal]) => code ?? signal);
  const lines: string[] = [];
  const reader = createInterface({ input: child.stdout });
  const first = await Promise.race([once(reader, "line"), ended.then(() => [])]);
  reader.on("line", (line) => lines.push(line));
  if (first[0] === undefined) throw new Error(`serve ended: ${errors}`);
  return { process: child, lines, errors: () => errors, ended, ...JSON.parse(first[0]) };
}

/** fetch does not let its caller say the Host. */
function statusUnder(host: string, url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { headers: { host } }, (answer) => {
      answer.resume();
      resolve(answer.statusCode);
    }).on("error", reject);
  });
}

const stop = ({ process: child }: Served) => child.kill("SIGTERM");

async function until(isTrue: () => boolean): Promise<void> {
  for (let tries = 0; !isTrue(); tries += 1) {
    if (tries > 500) throw new Error("waited for 10 s");
    await delay(20);
  }
}

describe.concurrent("serve", () => {
  test("answers the URLs that it prints, logs them without secrets, and stops when asked", async () => {
    const folder = await project();
    const served = await serve(folder);
    expect(served.urls).toHaveLength(3);
    expect(new Set(served.urls.map((url) => new URL(url).pathname.split("/")[1])).size).toBe(3);
    for (const url of served.urls) {
      const [miss, hit] = [await fetch(url), await fetch(url)];
      expect([miss.status, hit.status]).toEqual([200, 200]);
      expect(miss.headers.get("x-cache")).toBe("Miss from imgseal");
      expect(hit.headers.get("x-cache")).toBe("Hit from imgseal");
      const format = miss.headers.get("content-type")?.replace("image/", "");
      expect((await sharp(Buffer.from(await hit.arrayBuffer())).metadata()).format).toBe(format);
    }
    await until(() => served.lines.length === 6);
    for (const line of served.lines)
      expect(JSON.parse(line)).toMatchObject({ status: 200, kid: expect.stringMatching(/^k-/) });
    const { k } = JSON.parse(readFileSync(join(folder, "imgseal.keys.json"), "utf8")).keys[0];
    const log = served.lines.join("\n") + served.errors();
    const secrets = [k, ...served.urls.map((url) => new URL(url).searchParams.get("sig"))];
    for (const secret of secrets) expect(log).not.toContain(secret);

    stop(served);
    expect(await served.ended).toBe(0);
    expect(served.errors()).toContain("imgseal: SIGTERM, finishing what runs\n");
  });

  test("makes the usual key file on the first run, and uses it on the second", async () => {
    const folder = await project();
    const keyFile = join(folder, "imgseal.keys.json");
    const first = await serve(folder);
    expect(first.errors()).toBe(
      "imgseal: made the key file imgseal.keys.json on this first run; keep it out of version control\n",
    );
    expect((statSync(keyFile).mode & 0o777).toString(8)).toBe("600");
    stop(first);
    await first.ended;
    const keys = readFileSync(keyFile, "utf8");
    const second = await serve(folder);
    expect(second.errors()).toBe("");
    expect(readFileSync(keyFile, "utf8")).toBe(keys);
    expect(
      (await fetch(first.urls[0]?.replace(/^http:\/\/[^/]+/, new URL(second.gallery).origin) ?? "")).status,
    ).toBe(200);
  });

  test("never makes a key file that was named", async () => {
    const folder = await project();
    const args = ["serve", "--sources", "photos", "--keys", "shop.keys.json"];
    const { exitCode, out, err } = runProcess(command.main, args, { cwd: folder });
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toContain(
      'imgseal: there is no key file at shop.keys.json; make one with "imgseal keygen shop.keys.json"',
    );
    expect(existsSync(join(folder, "shop.keys.json"))).toBe(false);
  });

  test("has a gallery of every picture, and says that it is well", async () => {
    const served = await serve(await project(), "--quiet");
    const gallery = await fetch(served.gallery);
    expect(gallery.headers.get("content-type")).toBe("text/html; charset=utf-8");
    const html = await gallery.text();
    const hrefs = [...html.matchAll(/href="(\/[a-z]+\/(?:cat\.jpg|dogs\/rex\.png)\?[^"]+)"/g)].map(
      ([, href = ""]) => href,
    );
    expect(hrefs).toHaveLength(20);
    const one = hrefs.find((href) => href.startsWith("/avatar/dogs/")) ?? "";
    expect((await fetch(new URL(one.replaceAll("&#38;", "&"), served.gallery))).status).toBe(200);

    const health = await fetch(new URL("/_health", served.gallery));
    expect(health.status).toBe(200);
    expect(health.headers.get("cache-control")).toBe("no-store");
    expect(await health.json()).toEqual({
      status: "ok",
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      pid: expect.any(Number),
    });
    expect(served.lines).toEqual([]);
  });

  test("has an edge location on each of --pops ports, whose caches know nothing of one another", async () => {
    const served = await serve(await project(), "--pops", "2");
    const [first = "", second = ""] = served.pops ?? [];
    expect(Number(new URL(second).port)).toBe(Number(new URL(first).port) + 1);
    const path = served.urls[0]?.replace(/^http:\/\/[^/]+/, "") ?? "";
    const outcomes: string[] = [];
    for (const pop of [first, first, second, second]) {
      const answer = await fetch(pop + path);
      outcomes.push(`${answer.headers.get("x-cache")}, ${answer.headers.get("x-imgseal")}`);
    }
    expect(outcomes).toEqual([
      "Miss from imgseal, rendered",
      "Hit from imgseal, rendered",
      "Miss from imgseal, stored",
      "Hit from imgseal, stored",
    ]);
    await until(() => served.lines.length === 4);
    const pops = served.lines.map((line) => JSON.parse(line).pop);
    expect(pops).toEqual(["local-1", "local-1", "local-2", "local-2"]);
    stop(served);
    expect(await served.ended).toBe(0);
  });

  test("says which port is taken when it is that of another edge location", async () => {
    const folder = await project();
    const first = await serve(folder);
    const taken = Number(new URL(first.gallery).port);
    const args = ["serve", "--sources", "photos", "--pops", "2", "--no-strict", "--port", String(taken - 1)];
    const { exitCode, err } = runProcess(command.main, args, { cwd: folder });
    expect(exitCode).toBe(1);
    expect(err).toMatch(new RegExp(`port (?:${taken}|${taken - 1}) on 127.0.0.1 is taken`, "u"));
  });

  test("shows the gallery under its own names only, as long as it listens for this machine alone", async () => {
    const served = await serve(await project());
    const { port } = new URL(served.gallery);
    for (const own of ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"]) {
      expect(await statusUnder(`${own}:${port}`, served.gallery)).toBe(200);
    }
    for (const foreign of ["rebound.example", "127.0.0.1.rebound.example", "localhost.rebound.example"]) {
      expect(await statusUnder(`${foreign}:${port}`, served.gallery)).toBe(403);
      expect(await statusUnder(foreign, `${served.gallery}?preset=thumb`)).toBe(403);
      expect(await statusUnder(foreign, `${served.gallery}_health`)).toBe(200);
      expect(await statusUnder(foreign, served.urls[0] ?? "")).toBe(200);
    }
  });

  test("shows the right picture when it is started with other sources, whose keys may be the same", async () => {
    const folder = await project();
    await addPicture(folder, "others/cat.jpg", "#cc3333");
    const seen: string[] = [];
    for (const sources of ["photos", "others", "photos"]) {
      const served = await serve(folder, "--sources", sources);
      const url = served.urls.find((each) => each.includes("/thumb/cat.jpg")) ?? "";
      const { dominant } = await sharp(await (await fetch(url)).arrayBuffer()).stats();
      seen.push(dominant.b > dominant.r ? "blue" : "red");
      stop(served);
      await served.ended;
      const { outcome } = JSON.parse(served.lines[0] ?? "{}");
      expect(outcome).toBe(seen.length < 3 ? "rendered" : "stored");
    }
    expect(seen).toEqual(["blue", "red", "blue"]);
    const kept = readdirSync(join(folder, ".imgseal/derivatives"));
    expect(kept).toHaveLength(2);
    for (const name of kept) expect(name).toMatch(/^[0-9a-f]{12}$/);
  });

  test("refuses a folder of derivatives that was used with other sources, and says what to do", async () => {
    const folder = realpathSync(await project());
    await addPicture(folder, "others/cat.jpg", "#cc3333");
    const first = await serve(folder, "--derivatives", "made");
    expect((await fetch(first.urls[0] ?? "")).status).toBe(200);
    stop(first);
    await first.ended;
    const start = (sources: string) => {
      const args = ["serve", "--sources", sources, "--derivatives", "made", "--port", "0"];
      return runProcess(command.main, args, { cwd: folder });
    };
    expect(start("others")).toEqual({
      exitCode: 1,
      out: "",
      err: `imgseal: the derivatives in made were made of the sources in ${folder}/photos, and --sources is ${folder}/others; name another folder with --derivatives, or delete that one\n`,
    });
    renameSync(join(folder, "photos"), join(folder, "moved"));
    expect(start("moved").err).toContain(`were made of the sources in ${folder}/photos`);
    renameSync(join(folder, "moved"), join(folder, "photos"));
    symlinkSync("photos", join(folder, "linked"));
    const again = await serve(folder, "--sources", "linked", "--derivatives", "made");
    expect((await fetch(again.urls[0] ?? "")).status).toBe(200);
    expect(again.errors()).toBe("");
  });

  test("refuses one folder for both, behind a symbolic link too", async () => {
    const folder = await project();
    symlinkSync("photos", join(folder, "linked"));
    for (const [sources, derivatives] of [
      ["photos", "linked"],
      ["linked", "photos"],
      ["linked/dogs", "photos/../photos"],
      ["linked/none", "photos"],
    ] as const) {
      const args = ["serve", "--sources", sources, "--derivatives", derivatives, "--port", "0"];
      expect(runProcess(command.main, args, { cwd: folder })).toEqual({
        exitCode: 2,
        out: "",
        err: `imgseal: --sources and --derivatives need two folders, received ${sources} and ${derivatives}\n`,
      });
    }
  });

  test("signs links no longer than the presets file allows", async () => {
    const folder = await project();
    const presets = readFileSync(join(folder, "presets.yaml"), "utf8");
    writeFileSync(
      join(folder, "presets.yaml"),
      presets.replace("requireExpiry: false", "requireExpiry: true\n  maxLifetime: 5m"),
    );
    const served = await serve(folder);
    for (const url of served.urls) expect((await fetch(url)).status).toBe(200);
    expect((await fetch(served.gallery)).status).toBe(200);
  });

  test("says in words where to look, and how to add pictures to an empty folder", async () => {
    const folder = await project([]);
    const child = spawn(process.execPath, [command.main, "serve", "--sources", "photos", "--port", "0"], {
      cwd: folder,
      env: environment(),
    });
    cleanUps.push(() => {
      child.kill("SIGKILL");
    });
    let out = "";
    child.stdout.on("data", (data) => {
      out += data;
    });
    await until(() => out.includes("reload"));
    expect(out).toMatch(
      /^gallery {2}http:\/\/127\.0\.0\.1:\d+\/\n {9}no pictures yet: copy some \(jpeg, .*\) to \/.*\/photos and reload\n$/,
    );
  });

  test("renders a picture once between its workers, however many ask at the same time", async () => {
    const served = await serve(await project(), "--workers", "2");
    const url = served.urls[0] ?? "";
    // Each on a connection of its own, so that both workers get some.
    const ask = () => fetch(url, { headers: { connection: "close" } });
    const answers = await Promise.all(Array.from({ length: 24 }, ask));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await until(() => served.lines.length === 24);
    const outcomes = served.lines.map((line) => JSON.parse(line).outcome);
    expect(outcomes.filter((outcome) => outcome === "rendered")).toHaveLength(1);
    expect(outcomes.filter((outcome) => outcome === "stored")).toHaveLength(1);
  });

  test("replaces a worker that dies, and goes on", async () => {
    const served = await serve(await project());
    const worker = Number(
      /"pid":(\d+)/.exec(await (await fetch(new URL("/_health", served.gallery))).text())?.[1],
    );
    process.kill(worker, "SIGKILL");
    await until(() => served.errors().includes("another one takes its place"));
    expect(served.errors()).toContain(
      `imgseal: worker ${worker} ended with SIGKILL; another one takes its place\n`,
    );
    let status = 0;
    await until(() => {
      fetch(served.urls[0] ?? "").then(
        (answer) => {
          status = answer.status;
        },
        () => {},
      );
      return status === 200;
    });
    stop(served);
    expect(await served.ended).toBe(0);
  });

  test("says once that the port is taken, whatever the number of workers", async () => {
    const folder = await project();
    const served = await serve(folder);
    const { port } = new URL(served.gallery);
    const args = ["serve", "--sources", "photos", "--port", port, "--workers", "3"];
    const { exitCode, out, err } = runProcess(command.main, args, { cwd: folder });
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err.match(new RegExp(`port ${port} on 127.0.0.1 is taken`, "g"))).toHaveLength(1);
  });

  test("warns when others than this machine can open the gallery", async () => {
    const served = await serve(await project(), "--host", "0.0.0.0");
    expect(served.gallery).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    await until(() => served.errors().includes("warning"));
    expect(served.errors()).toContain(
      "imgseal: warning: whoever can reach 0.0.0.0 gets signed URLs of every picture from the gallery\n",
    );
    expect((await fetch(served.urls[0] ?? "")).status).toBe(200);
    expect(await statusUnder("pictures.example", served.gallery)).toBe(200);
  });

  test("says that its port is taken, and what to do", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    cleanUps.push(() => {
      other.close();
    });
    const address = other.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const args = ["serve", "--sources", "photos", "--port", String(port)];
    const { exitCode, out, err } = runProcess(command.main, args, { cwd: await project() });
    expect({ exitCode, out }).toEqual({ exitCode: 1, out: "" });
    expect(err).toContain(
      `imgseal: port ${port} on 127.0.0.1 is taken; stop the other program, or take another one with --port (0: any free one)\n`,
    );
  });

  test("finishes what runs when it is stopped, and takes nothing new", async () => {
    const folder = await project();
    await addNoise(folder, "noise.jpg", 3_000, 2_000);
    const served = await serve(folder);
    const url = runProcess(
      command.main,
      ["sign", "zoom", "noise.jpg", "--base", new URL(served.gallery).origin, "--format", "avif"],
      { cwd: folder },
    ).out.trim();
    const answer = fetch(url);
    await delay(150);
    expect(stop(served)).toBe(true);
    const started = Date.now();
    await until(() => served.errors().includes("finishing what runs"));
    // What had arrived is taken in for a fifth of a second; then the door is closed, and the render still runs.
    await delay(400);
    await expect(fetch(served.gallery)).rejects.toThrow("fetch failed");
    expect(served.process.exitCode).toBeNull();
    const { status, headers } = await answer;
    expect({ status, type: headers.get("content-type") }).toEqual({ status: 200, type: "image/avif" });
    expect(await served.ended).toBe(0);
    expect(Date.now() - started).toBeLessThan(10_000);
    expect(served.lines.map((line) => JSON.parse(line).status)).toEqual([200]);
  });

  test("ends within ten seconds although a client never takes its answer", async () => {
    const folder = await project([]);
    await addNoise(folder, "noise.jpg", 800, 600);
    const served = await serve(folder);
    await stallAClient(served);
    const started = Date.now();
    stop(served);
    expect(await served.ended).toBe(0);
    expect(Date.now() - started).toBeGreaterThan(1_000);
    expect(Date.now() - started).toBeLessThan(10_000);
  });

  test("ends at once at the second signal, but takes npm's echo of the first for none", async () => {
    const folder = await project([]);
    await addNoise(folder, "noise.jpg", 800, 600);
    const served = await serve(folder);
    await stallAClient(served);
    served.process.kill("SIGINT");
    await until(() => served.errors().includes("SIGINT, finishing what runs"));
    served.process.kill("SIGINT");
    await delay(1_000);
    expect(served.process.exitCode).toBeNull();
    served.process.kill("SIGINT");
    expect(await served.ended).toBe("SIGINT");
  });
});

/** A client that asks for far more than the buffers between it and the server hold, and reads none of it. */
async function stallAClient({ gallery, urls }: Served): Promise<void> {
  const url = new URL(urls.find((each) => each.includes("/card/")) ?? "");
  expect((await fetch(url)).status).toBe(200);
  const socket = connect(Number(new URL(gallery).port), "127.0.0.1");
  cleanUps.push(() => socket.destroy());
  socket.on("error", () => {});
  await once(socket, "connect");
  socket.pause();
  socket.write(`GET ${url.pathname}${url.search} HTTP/1.1\r\nhost: a\r\n\r\n`.repeat(200));
  await delay(300);
}

const noise = { type: "gaussian", mean: 128, sigma: 60 } as const;

/** Noise is what encoders find hardest: it takes them long and many bytes. */
async function addNoise(folder: string, name: string, width: number, height: number): Promise<void> {
  await sharp({ create: { width, height, channels: 3, background: "white", noise } })
    .jpeg()
    .toFile(join(folder, "photos", name));
}

describe("the examples", () => {
  const presets = ["full", "avatar", "thumb", "card"].map((name) => makePreset({ name }));
  const pictures = ["a.jpg", "photos/house-cat.jpg"].map((key) => ({ key }));

  test("are of the best known presets, and of the cat", () => {
    expect(chooseExamples(presets, pictures, 3)).toEqual([
      { preset: "thumb", source: "photos/house-cat.jpg" },
      { preset: "card", source: "photos/house-cat.jpg" },
      { preset: "avatar", source: "photos/house-cat.jpg" },
    ]);
  });

  test("are of what there is, and only of sources that a preset serves", () => {
    const bound = [
      makePreset({ name: "x", sources: ["z/"] }),
      makePreset({ name: "y", sources: ["a"] }),
      makePreset({ name: "z" }),
    ];
    expect(chooseExamples(bound, [{ key: "a.jpg" }, { key: "b.jpg" }], 3)).toEqual([
      { preset: "y", source: "a.jpg" },
      { preset: "z", source: "a.jpg" },
    ]);
    expect(chooseExamples(bound, [], 3)).toEqual([]);
  });
});
