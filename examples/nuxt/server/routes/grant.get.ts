export default defineEventHandler(() =>
  // Whoever asks should be known here: this is what opens the pictures.
  signer.grant({ presets: ["avatar"], sources: ["photos/"], expiresIn: "1h" }),
);
