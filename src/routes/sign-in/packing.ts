/**
 * Text made shorter before it is sealed into a cookie, because a browser keeps no cookie of more than 4,096 bytes.
 *
 * The length of what comes out depends on all that is inside, secrets as well. That gives nothing away when each secret is random and packed
 * once, as those of a sign-in are. @see https://www.rfc-editor.org/rfc/rfc8725#section-3.6
 */
import { base64url } from 'jose'

/** Packs a text, with deflate as base64url. */
export async function packed(text: string): Promise<string> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return base64url.encode(await bytesOf(stream))
}

/** Unpacks what {@link packed} made, and nothing from outside: how long the text becomes is not bounded. `null`: it is something else. */
export async function unpacked(text: string): Promise<string | null> {
  try {
    const bytes = new Uint8Array(base64url.decode(text))
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
    return new TextDecoder().decode(await bytesOf(stream))
  } catch {
    return null // not packed by us
  }
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
