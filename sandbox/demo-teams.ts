const [major = 0] = process.versions.node.split('.').map(Number)
if (major < 24) {
  process.stderr.write(
    `The demo needs Node 24 or newer, and this is ${process.versions.node}. Run npm ci and then npm run demo:teams: the right Node comes with the packages.\n`,
  )
  process.exit(1)
}
// Only now, because an older Node cannot even load the rest.
const { main } = await import('./demo/teams-main.ts')
process.exitCode = await main(process.argv.slice(2))

export {}
