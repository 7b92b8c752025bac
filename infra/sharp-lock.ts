/** Which packages make up sharp, in which versions: read from what the project has installed and locked. */

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export interface InstalledSharp {
  readonly version: string;
  /** The node_modules folder that holds it. */
  readonly nodeModules: string;
  /** What it depends on, by exact version as installed. */
  readonly dependencies: Readonly<Record<string, string>>;
}

export interface SharpLock {
  readonly packageJson: object;
  readonly packageLock?: object;
}

interface PackageJson {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

interface LockedPackage extends PackageJson {
  readonly integrity?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** The sharp that imgseal itself would load. */
export async function installedSharp(packageRoot: string): Promise<InstalledSharp> {
  const entry = createRequire(join(packageRoot, "package.json")).resolve("sharp");
  const folder = packageFolder(entry, "sharp");
  const { version, dependencies = {} } = await readJson<PackageJson>(join(folder, "package.json"));
  const { resolve } = createRequire(entry);
  const exact = Object.keys(dependencies).map(async (name) => {
    const { version } = await readJson<PackageJson>(join(packageFolder(resolve(name), name), "package.json"));
    return [name, version] as const;
  });
  return {
    version,
    nodeModules: dirname(folder),
    dependencies: Object.fromEntries(await Promise.all(exact)),
  };
}

/**
 * A project of its own that holds sharp and nothing else.
 *
 * Where the project's package-lock.json knows this very version, its entries come along with their integrity, for all
 * platforms; else the exact versions are asked for.
 */
export async function sharpLock({ version, nodeModules, dependencies }: InstalledSharp): Promise<SharpLock> {
  const name = "imgseal-edge-sharp";
  const packages = await lockedPackages(join(dirname(nodeModules), "package-lock.json"));
  if (packages["node_modules/sharp"]?.version !== version) {
    return { packageJson: { name, private: true, dependencies: { ...dependencies, sharp: version } } };
  }
  const packageJson = { name, private: true, dependencies: { sharp: version } };
  const reached = reach("node_modules/sharp", packages);
  return {
    packageJson,
    packageLock: { name, lockfileVersion: 3, requires: true, packages: { "": packageJson, ...reached } },
  };
}

/** The package at that place, and all that it depends on, each at the place where Node would find it. */
function reach(
  root: string,
  packages: Readonly<Record<string, LockedPackage>>,
): Record<string, LockedPackage> {
  const reached: Record<string, LockedPackage> = {};
  const open = [root];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const locked = packages[path];
    if (locked === undefined || Object.hasOwn(reached, path)) continue;
    reached[path] = locked;
    for (const name of Object.keys({ ...locked.dependencies, ...locked.optionalDependencies })) {
      open.push(locate(name, path, packages));
    }
  }
  return reached;
}

function locate(name: string, from: string, packages: Readonly<Record<string, LockedPackage>>): string {
  const nested = `${from}/node_modules/${name}`;
  if (Object.hasOwn(packages, nested)) return nested;
  const above = from.lastIndexOf("/node_modules/");
  return above === -1 ? `node_modules/${name}` : locate(name, from.slice(0, above), packages);
}

async function lockedPackages(file: string): Promise<Readonly<Record<string, LockedPackage>>> {
  const lock = await readJson<{ packages?: Record<string, LockedPackage> }>(file).catch(() => undefined);
  return lock?.packages ?? {};
}

/** Of a file in the package; `exports` often hides package.json from require.resolve. */
function packageFolder(file: string, name: string): string {
  const marker = join("node_modules", name);
  return file.slice(0, file.lastIndexOf(marker) + marker.length);
}

async function readJson<T>(file: string): Promise<T> {
  return JSON.parse(await readFile(file, "utf8"));
}
