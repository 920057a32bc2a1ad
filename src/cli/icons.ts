import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { initWasm, Resvg } from '@resvg/resvg-wasm'

let ready: Promise<void> | undefined

/**
 * Draws an icon.
 * @param path an SVG file that says its own size; fonts are not there.
 * @param side what width and height must be, in pixels.
 * @returns a PNG file.
 * @throws Error (one readable sentence) if it cannot be drawn, or has another size.
 */
export async function drawIcon(path: string, side: number): Promise<Uint8Array> {
  const svg = readFileSync(path)
  ready ??= initWasm(readFileSync(fileURLToPath(import.meta.resolve('@resvg/resvg-wasm/index_bg.wasm'))))
  await ready
  const png = draw(svg, path)
  const { width, height } = sizeOf(png)
  if (width !== side || height !== side)
    throw new Error(
      `The icon ${basename(path)} must be ${side} × ${side} pixels and is ${width} × ${height}; correct the width and height of ${path}.`,
    )
  return png
}

function draw(svg: Uint8Array, path: string): Uint8Array {
  try {
    const drawing = new Resvg(svg)
    const image = drawing.render()
    const png = image.asPng()
    image.free()
    drawing.free()
    return png
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`The icon ${path} cannot be drawn (${why}); make it valid SVG again.`)
  }
}

/** Pixels, as the header of a PNG file names them (PNG specification, 11.2.2 IHDR). */
function sizeOf(png: Uint8Array): { width: number; height: number } {
  const header = new DataView(png.buffer, png.byteOffset, png.byteLength)
  return { width: header.getUint32(16), height: header.getUint32(20) }
}
