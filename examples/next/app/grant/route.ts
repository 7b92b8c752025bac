import { connection } from "next/server";
import { signer } from "../../signer";

export async function GET() {
  await connection();
  // Whoever asks should be known here: this is what opens the pictures.
  return new Response(await signer.grant({ presets: ["avatar"], sources: ["photos/"], expiresIn: "1h" }));
}
