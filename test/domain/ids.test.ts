import { describe, expect, test } from 'vitest'
import { isSysId, sysId } from '../../src/reclaim/ids.ts'

describe('a sys_id', () => {
  const good = '6816f79cc0a8016401c5a33be04be441'

  test('is 32 lower-case hexadecimal digits', () => {
    expect(sysId(good)).toBe(good)
    expect(isSysId(good)).toBe(true)
  })

  // Whatever passes may stand in a URL or an encoded query.
  test.each([
    '',
    good.slice(1),
    `${good}0`,
    good.toUpperCase(),
    `${good.slice(1)}g`,
    `${good}\n`,
    `${good}^ORactive=true`,
    '../../sys_user_group/681',
    'javascript:gs.getUserID()',
  ])('is not %j', text => {
    expect(isSysId(text)).toBe(false)
    expect(() => sysId(text)).toThrow('is not a ServiceNow sys_id (32 hexadecimal digits).')
  })

  test('that is none is quoted only in part', () => {
    expect(() => sysId('x'.repeat(1000))).toThrow(`“${'x'.repeat(40)}” is not`)
  })
})
