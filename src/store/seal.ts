import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Keeps texts about people in a form that only the holder of the key can read, each bound to what it is about. */
export type Seal = {
  /**
   * @param plain JSON
   * @param about what the text belongs to, such as the candidate's id; it is not in the sealed text, but guards it
   */
  seal(plain: string, about: string): string
  /**
   * @param about the same as when it was sealed
   * @throws Error (one readable sentence) when it was sealed under another key or about something else, or was changed
   */
  open(sealed: string, about: string): string
}

/** The forms of a kept text: as it is, or sealed as nonce, tag and ciphertext in base64url, with dots between. */
const PLAIN = 'v0:'
const SEALED = 'v1:'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
/** 96 bits, drawn anew for each text, and a full tag (NIST SP 800-38D, 5.2.1.1, 8.2.2 and 5.2.1.2). */
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * AES-256-GCM under a key that is derived from the text of `key` (HKDF with SHA-256, RFC 5869).
 * @param key at least 32 characters that nobody can guess; `null` = texts are kept as they are, readable to whoever
 * has the file
 */
export function createSeal(key: string | null): Seal {
  const secret =
    key === null ? null : Buffer.from(hkdfSync('sha256', key, '', 'reclaim snapshot v1', KEY_BYTES))
  return {
    seal(plain, about) {
      if (secret === null) return PLAIN + plain
      const nonce = randomBytes(NONCE_BYTES)
      const cipher = createCipheriv(CIPHER, secret, nonce, { authTagLength: TAG_BYTES })
      cipher.setAAD(Buffer.from(SEALED + about))
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()])
      return SEALED + [nonce, cipher.getAuthTag(), text].map(part => part.toString('base64url')).join('.')
    },
    open(sealed, about) {
      if (sealed.startsWith(PLAIN)) return plainOf(sealed.slice(PLAIN.length))
      const parts = sealed.startsWith(SEALED) ? partsOf(sealed.slice(SEALED.length)) : undefined
      if (!parts) throw changed()
      if (secret === null)
        throw new Error(
          'This snapshot is sealed, and no key is set: set RECLAIM_SNAPSHOT_KEY to the key that it was written with.',
        )
      try {
        const decipher = createDecipheriv(CIPHER, secret, parts.nonce, { authTagLength: TAG_BYTES })
        decipher.setAAD(Buffer.from(SEALED + about))
        decipher.setAuthTag(parts.tag)
        return Buffer.concat([decipher.update(parts.text), decipher.final()]).toString('utf8')
      } catch {
        throw changed()
      }
    },
  }
}

// One flipped bit makes v0 of v1; a snapshot is JSON, so what has the form of a sealed text was one.
function plainOf(text: string): string {
  if (partsOf(text)) throw changed()
  return text
}

function partsOf(text: string): { nonce: Buffer; tag: Buffer; text: Buffer } | undefined {
  const parts = text.split('.')
  const [nonce, tag, body] = parts.map(part => Buffer.from(part, 'base64url'))
  if (parts.length !== 3 || nonce?.length !== NONCE_BYTES || tag?.length !== TAG_BYTES || !body)
    return undefined
  // Node passes over what is no base64url, so a text could be changed without a change in its bytes.
  const exact = [nonce, tag, body].every((bytes, at) => bytes.toString('base64url') === parts[at])
  return exact ? { nonce, tag, text: body } : undefined
}

function changed(): Error {
  return new Error(
    'This snapshot cannot be opened: it was written under another RECLAIM_SNAPSHOT_KEY, or was changed; set the key that it was written with.',
  )
}
