import { describe, expect, it } from 'vitest'
import { createSeal } from '../../src/store/seal.ts'

const KEY = 'Zr0pQ1m5vY8cW2kN7tB4xL9dH6sJ3fGa'
const OTHER_KEY = 'Zr0pQ1m5vY8cW2kN7tB4xL9dH6sJ3fGb'
const ADA = 'candidate-ada'
const PLAIN = JSON.stringify({ name: 'Ada Löveläce 🚀', phone: '+44 20 7946 0000' })

const cannotOpen =
  'This snapshot cannot be opened: it was written under another RECLAIM_SNAPSHOT_KEY, or was changed; set the key that it was written with.'

describe('a sealed text', () => {
  const seal = createSeal(KEY)

  it.each(['', 'a', PLAIN, 'v0:x', 'x'.repeat(100_000)])('opens to what was sealed', plain => {
    expect(seal.open(seal.seal(plain, ADA), ADA)).toBe(plain)
  })

  it('opens in another process that has the same key', () => {
    expect(createSeal(KEY).open(seal.seal(PLAIN, ADA), ADA)).toBe(PLAIN)
  })

  it('shows nothing of what is in it, nor whose it is, nor the key', () => {
    const sealed = seal.seal(PLAIN, ADA)
    expect(sealed).toMatch(/^v1:[\w-]{16}\.[\w-]{22}\.[\w-]+$/)
    for (const word of ['Ada', '7946', ADA, KEY]) {
      expect(sealed).not.toContain(word)
      expect(Buffer.from(sealed.split('.')[2] ?? '', 'base64url').toString('latin1')).not.toContain(word)
    }
  })

  it('is another one each time, as no nonce may come twice under one key', () => {
    const nonces = Array.from({ length: 200 }, () => seal.seal(PLAIN, ADA).slice('v1:'.length).split('.')[0])
    expect(new Set(nonces).size).toBe(200)
  })

  it('keeps opening in later versions: this one was made with another library', () => {
    const kept = 'v1:AAECAwQFBgcICQoL.AoxAgIDqxz-LuC8prviwsQ._fLouGBCVae43QOEIWwOqIM'
    expect(seal.open(kept, ADA)).toBe('from an older bot')
  })

  it('does not open with any single bit changed', () => {
    const sealed = seal.seal('{"name":"Ada"}', ADA)
    const bytes = Buffer.from(sealed, 'latin1')
    for (let at = 0; at < bytes.length; at += 1)
      for (let bit = 0; bit < 8; bit += 1) {
        const other = Buffer.from(bytes)
        other[at] = (bytes[at] ?? 0) ^ (1 << bit)
        expect(() => seal.open(other.toString('latin1'), ADA), `byte ${at}, bit ${bit}`).toThrow(cannotOpen)
      }
  })

  it('does not open with something cut off, added or put in another place', () => {
    const sealed = seal.seal(PLAIN, ADA)
    const [nonce = '', tag = '', text = ''] = sealed.slice('v1:'.length).split('.')
    for (const other of [
      `v1:${nonce}.${tag}.${text.slice(0, -4)}`,
      `v1:${nonce}.${tag.slice(0, 16)}.${text}`,
      `v1:${nonce}.${tag}.`,
      `v1:${nonce}.${tag}`,
      `v1:${nonce}.${tag}.${text}.`,
      `v1:${nonce}.${tag}.${text}=`,
      `v1:${nonce}.${tag}.${text} `,
      `v1:${tag}.${nonce}.${text}`,
      `v2:${nonce}.${tag}.${text}`,
      sealed.slice('v1:'.length),
      'v1:',
      '',
    ])
      expect(() => seal.open(other, ADA), other).toThrow(cannotOpen)
  })

  it('does not open under another key', () => {
    expect(() => createSeal(OTHER_KEY).open(seal.seal(PLAIN, ADA), ADA)).toThrow(cannotOpen)
  })

  it('does not open as another candidate’s', () => {
    expect(() => seal.open(seal.seal(PLAIN, ADA), 'candidate-bob')).toThrow(cannotOpen)
  })

  it('says without a key which one to set', () => {
    expect(() => createSeal(null).open(seal.seal(PLAIN, ADA), ADA)).toThrow(
      'This snapshot is sealed, and no key is set: set RECLAIM_SNAPSHOT_KEY to the key that it was written with.',
    )
  })

  it('never has its key in an error', () => {
    for (const reader of [createSeal(OTHER_KEY), createSeal(null)])
      try {
        reader.open(seal.seal(PLAIN, ADA), ADA)
        expect.unreachable()
      } catch (error) {
        expect(String(error)).not.toMatch(new RegExp(`${KEY}|${OTHER_KEY}|Ada`))
      }
  })
})

describe('without a key a text', () => {
  it('is kept as it is, and says so', () => {
    expect(createSeal(null).seal(PLAIN, ADA)).toBe(`v0:${PLAIN}`)
  })

  it.each([null, KEY])('opens, also once a key is set (%s)', key => {
    expect(createSeal(key).open(createSeal(null).seal(PLAIN, ADA), ADA)).toBe(PLAIN)
  })

  it('does not open where it is no text of ours', () => {
    expect(() => createSeal(null).open(PLAIN, ADA)).toThrow(cannotOpen)
  })
})
