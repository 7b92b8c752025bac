import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { installedSharp, sharpLock } from "../../infra/sharp-lock.ts";
import { sharpPackage } from "../../infra/sharp-package.ts";
import { packageRoot } from "./edge-options.ts";

const integrity = /^sha512-/u;

let project: string;

/** A project that has sharp's packages, without a lockfile. */
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "imgseal-sharp-"));
  await mkdir(join(project, "node_modules"));
  await writeFile(join(project, "package.json"), "{}");
  for (const name of ["sharp", "@img/colour", "detect-libc", "semver"]) {
    await cp(join(packageRoot, "node_modules", name), join(project, "node_modules", name), {
      recursive: true,
    });
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(project, { recursive: true });
});

async function lockWith(packages: Readonly<Record<string, object>>): Promise<void> {
  await writeFile(join(project, "package-lock.json"), JSON.stringify({ lockfileVersion: 3, packages }));
}

describe("sharpLock", () => {
  it("takes version and integrity of all that sharp needs from the project's package-lock.json", async () => {
    const installed = await installedSharp(packageRoot);
    const { packageLock } = await sharpLock(installed);
    expect(installed.version).toBe(sharp.versions.sharp);
    expect(packageLock).toMatchObject({
      packages: {
        "node_modules/sharp": { version: sharp.versions.sharp, integrity: expect.stringMatching(integrity) },
        "node_modules/@img/sharp-linux-x64": { integrity: expect.stringMatching(integrity) },
        "node_modules/@img/sharp-libvips-linux-x64": { integrity: expect.stringMatching(integrity) },
        "node_modules/semver": { integrity: expect.stringMatching(integrity) },
      },
    });
  });

  it("takes the dependency that sharp would load, and not another one of that name", async () => {
    const { version } = await installedSharp(project);
    const nested = "node_modules/sharp/node_modules/semver";
    await lockWith({
      "node_modules/sharp": { version, dependencies: { semver: "^7.0.0" } },
      "node_modules/semver": { version: "5.7.2" },
      [nested]: { version: "7.8.5" },
      "node_modules/stranger": { version: "1.0.0" },
    });
    const { packageLock } = await sharpLock(await installedSharp(project));
    expect(packageLock).toMatchObject({ packages: { [nested]: { version: "7.8.5" } } });
    expect(packageLock).not.toHaveProperty(["packages", "node_modules/semver"]);
    expect(packageLock).not.toHaveProperty(["packages", "node_modules/stranger"]);
  });

  it.each([
    ["there is no lockfile", {}],
    ["the lockfile knows another version", { "node_modules/sharp": { version: "0.30.0" } }],
  ])("asks for the exact versions that are installed when %s", async (_, packages) => {
    if (Object.keys(packages).length > 0) await lockWith(packages);
    const { packageJson, packageLock } = await sharpLock(await installedSharp(project));
    expect(packageLock).toBeUndefined();
    const exact = expect.stringMatching(/^\d+\.\d+\.\d+$/u);
    expect(packageJson).toMatchObject({
      dependencies: {
        sharp: sharp.versions.sharp,
        semver: exact,
        "detect-libc": exact,
        "@img/colour": exact,
      },
    });
  });
});

describe("sharpPackage", () => {
  it("says which npm error kept it from being installed, and installs nothing by halves", async () => {
    vi.stubEnv("npm_config_registry", "http://127.0.0.1:9/");
    vi.stubEnv("npm_config_cache", join(project, "npm-cache"));
    vi.stubEnv("npm_config_fetch_retries", "0");
    await expect(sharpPackage({ packageRoot: project })).rejects.toMatchObject({
      name: "BuildError",
      message: expect.stringMatching(
        /^could not install sharp [\d.]+ for linux-x64 with npm, which needs the registry once:\nnpm error .*ECONNREFUSED/u,
      ),
    });
    vi.unstubAllEnvs();
    // Tried anew, and not taken for installed.
    expect((await sharpPackage({ packageRoot: project })).entries.length).toBeGreaterThan(50);
  });

  it("says that there is no npm", async () => {
    vi.stubEnv("PATH", project);
    await expect(sharpPackage({ packageRoot: project })).rejects.toThrow(
      /needs the registry once:\nnpm cannot be run: it is not on the PATH$/u,
    );
  });

  it("needs no registry the second time", async () => {
    const first = await sharpPackage({ packageRoot });
    vi.stubEnv("npm_config_registry", "http://127.0.0.1:9/");
    vi.stubEnv("npm_config_cache", join(project, "npm-cache"));
    vi.stubEnv("npm_config_fetch_retries", "0");
    const second = await sharpPackage({ packageRoot });
    expect(second.version).toBe(first.version);
    expect(second.entries.map(({ path }) => path)).toEqual(first.entries.map(({ path }) => path));
  });

  it("refuses what does not have the integrity of the lockfile", async () => {
    const { packages } = JSON.parse(await readFile(join(packageRoot, "package-lock.json"), "utf8"));
    const forged = { ...packages["node_modules/sharp"], integrity: `sha512-${"A".repeat(86)}==` };
    await lockWith({ ...packages, "node_modules/sharp": forged });
    await expect(sharpPackage({ packageRoot: project })).rejects.toThrow(/npm error code EINTEGRITY/u);
  });

  it("refuses a symbolic link, which a zip for Lambda must not hold", async () => {
    const { entries } = await sharpPackage({ packageRoot: project });
    expect(entries.some(({ path }) => path === "node_modules/semver/index.js")).toBe(true);
    const cache = join(project, "node_modules/.cache/imgseal");

    const [installed = ""] = await readdir(cache);
    const link = join(cache, installed, "node_modules/link");
    await symlink("/etc/hostname", link);
    await expect(sharpPackage({ packageRoot: project })).rejects.toThrow(
      `expected files and folders alone, found ${link}`,
    );
  });
});
