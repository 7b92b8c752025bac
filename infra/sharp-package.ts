/**
 * sharp as Lambda runs it: for linux-x64 with glibc, whatever machine this is, in the version that the project has
 * installed.
 */

import { createHash, randomBytes } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { BuildError } from "./failure.ts";
import { runNpm } from "./npm.ts";
import { installedSharp, type SharpLock, sharpLock } from "./sharp-lock.ts";
import type { ZipEntry } from "./zip.ts";

export interface SharpPackage {
  readonly version: string;
  /** Whether npm held the packages against the integrity in the project's package-lock.json. */
  readonly isLocked: boolean;
  /** Below node_modules/. */
  readonly entries: readonly ZipEntry[];
}

/** What npm is told: Lambda@Edge is x86_64 on Amazon Linux. */
const platform = ["--os=linux", "--cpu=x64", "--libc=glibc"];
const quiet = [
  "--ignore-scripts",
  "--no-bin-links",
  "--install-strategy=hoisted",
  "--no-audit",
  "--no-fund",
  "--prefer-offline",
];

// The native module and the library that it links: without one of them nothing loads.
const required = ["@img/sharp-linux-x64", "@img/sharp-libvips-linux-x64"];

/**
 * Installs sharp with npm, once: the files are kept in node_modules/.cache/imgseal beside the project's own sharp.
 *
 * @throws BuildError when npm cannot be run, does not reach the registry, or finds another integrity
 */
export async function sharpPackage({ packageRoot }: { readonly packageRoot: string }): Promise<SharpPackage> {
  const installed = await installedSharp(packageRoot);
  const lock = await sharpLock(installed);
  const identity = createHash("sha256").update(JSON.stringify(lock)).digest("hex").slice(0, 16);
  const folder = join(installed.nodeModules, ".cache/imgseal", `sharp-linux-x64-${identity}`);
  if (!(await isFolder(folder))) await install(lock, folder, installed.version);
  const entries = await entriesBelow(folder, join(folder, "node_modules"));
  return { version: installed.version, isLocked: lock.packageLock !== undefined, entries };
}

/** Beside its place and then into it, so that an interrupted install is never taken for a whole one. */
async function install(lock: SharpLock, folder: string, version: string): Promise<void> {
  const temporary = `${folder}.${randomBytes(6).toString("hex")}`;
  await mkdir(temporary, { recursive: true });
  try {
    await writeFile(join(temporary, "package.json"), JSON.stringify(lock.packageJson));
    if (lock.packageLock !== undefined) {
      await writeFile(join(temporary, "package-lock.json"), JSON.stringify(lock.packageLock));
    }
    const command = lock.packageLock === undefined ? "install" : "ci";
    await runNpm([command, ...platform, ...quiet], temporary).catch((cause: unknown) => {
      throw installError(version, cause instanceof Error ? cause.message : String(cause));
    });
    for (const name of required) {
      if (await isFolder(join(temporary, "node_modules", name))) continue;
      throw installError(version, `npm did not install ${name}; is it older than npm 10.8?`);
    }
    // Another build may have been quicker, with the same files.
    await rename(temporary, folder).catch(async (error: unknown) => {
      if (!(await isFolder(folder))) throw error;
    });
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

function installError(version: string, reason: string): BuildError {
  return new BuildError(
    `could not install sharp ${version} for linux-x64 with npm, which needs the registry once:\n${reason}`,
  );
}

// What Node never loads: C++ and type declarations. Licences stay, and so does the list of libvips' own parts.
const left = /\.(?:cc|h|gyp|d\.[cm]?ts)$/u;

async function entriesBelow(root: string, folder: string): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) entries.push(...(await entriesBelow(root, path)));
    else if (!entry.isFile()) throw new Error(`expected files and folders alone, found ${path}`);
    // npm's own notes about the folder.
    else if (entry.name !== ".package-lock.json" && !left.test(entry.name)) {
      entries.push({
        path: relative(root, path).split(sep).join("/"),
        contents: await readFile(path),
      });
    }
  }
  return entries;
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
