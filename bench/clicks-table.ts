import Database from 'better-sqlite3'

/** @returns what commits one row a click, in a transaction of its own that is on disk when it returns. */
export function openClicks(path: string): (token: string, user: string) => void {
  const db = new Database(path)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec('CREATE TABLE clicks (token TEXT PRIMARY KEY, user TEXT NOT NULL, at INTEGER NOT NULL) STRICT')
  const insert = db.prepare('INSERT INTO clicks (token, user, at) VALUES (?, ?, ?)')
  return (token, user) => {
    insert.run(token, user, Date.now())
  }
}
