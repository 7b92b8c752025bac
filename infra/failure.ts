/** What keeps the functions from being built, in words for whoever builds them. */
export class BuildError extends Error {
  override readonly name = "BuildError";
}
