/** Where Microsoft's cloud is, and which of its addresses are to be trusted. */
export type Cloud = {
  /** An address of Microsoft's login or of Graph, where this cloud has it. */
  locate(url: string): string
  /** Whether activities may be sent there: an address that comes in with a request is nobody's until it was checked. */
  isServiceUrl(url: string): boolean
}

/**
 * Source: Microsoft Learn, "Send proactive messages" (global service URLs): public and GCC; the other clouds have
 * logins of their own.
 */
const SERVICE_HOSTS = ['smba.trafficmanager.net', 'smba.infra.gcc.teams.microsoft.com']

/** @param apiUrl what stands in for all of it; left out = Microsoft's own. */
export function createCloud(apiUrl: string | undefined): Cloud {
  if (apiUrl === undefined)
    return {
      locate: url => url,
      isServiceUrl: url => /^https:/.test(url) && SERVICE_HOSTS.includes(hostOf(url)),
    }
  const { origin } = new URL(apiUrl)
  return {
    locate(url) {
      const { pathname, search } = new URL(url)
      return origin + pathname + search
    },
    isServiceUrl: url => URL.canParse(url) && new URL(url).origin === origin,
  }
}

const hostOf = (url: string) => (URL.canParse(url) ? new URL(url).host : '')
