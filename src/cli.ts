#!/usr/bin/env node
/* The shell commands. What they need is imported only once it is certain that it can run here. */

const major = Number(process.versions.node.split('.')[0])

/** Nobody is helped by a stack trace; the message of an error of ours says what to do. */
function end(message: string, code: number): never {
  process.stderr.write(`${message}\n`)
  process.exit(code)
}

if (major < 24)
  end(
    `This needs Node 24 or newer and was started with ${process.versions.node}. The right one comes with the bot: run it through npm, as npm start or npm run -s reclaim -- …`,
    2,
  )
process.on('uncaughtException', error => end(`It stopped at an error nobody expected: ${error.message}`, 1))
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever reads the output may have seen enough, as `head` does.
  if (error.code === 'EPIPE') process.exit()
  end(`The output could not be written (${error.code}).`, 1)
})

const { runCommand } = await import('./cli/program.ts')
const code = await runCommand(process.argv.slice(2))
// Once all output has left; a connection that lingers must not keep the process alive.
process.stdout.write('', () => process.exit(code))
