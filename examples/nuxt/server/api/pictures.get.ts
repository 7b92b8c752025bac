export default defineEventHandler(async () => ({
  banner: await signer.url("banner", "photos/french-alpine-landscape.jpg"),
  card: await signer.url("card", "photos/house-cat.jpg"),
}));
