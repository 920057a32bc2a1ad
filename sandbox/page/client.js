// The page's own script, served as it is: sends what the person does, and swaps the regions that the server sends.

const FRESH_MS = 2500

const find = selector => document.querySelector(selector)
const confirmDialog = find('#confirm')
const modal = find('#modal')

let person = find('input[name=person]:checked').value
let events
const bornAt = new Map()
const cleared = new Set()

const keysIn = element => [...element.querySelectorAll('[data-key]')]
for (const { dataset } of keysIn(document)) bornAt.set(dataset.key, 0)

// ── What the server sends

function connect() {
  events?.close()
  let seenView = null
  let first = true
  events = new EventSource(`/events?as=${person}`)
  events.onopen = () => {
    find('#lost').hidden = true
  }
  events.onerror = () => {
    find('#lost').hidden = false
  }
  events.onmessage = ({ data }) => {
    const { name, html } = JSON.parse(data)
    swap(find(`[data-region="${name}"]`), html)
    if (name === 'whispers') showWhispers()
    if (name !== 'modal') return
    const view = modal.querySelector('[data-view]')?.dataset.view ?? null
    // Dialogs of before stay closed when the page is opened or another person takes over.
    if (!first && view !== seenView) modal.showModal()
    seenView = view
    first = false
  }
}

function swap(element, html) {
  const scroller = element.closest('.scroll')
  const stuck = scroller !== null && scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 40
  const focus = element.contains(document.activeElement) ? { ...document.activeElement.dataset } : null
  element.innerHTML = html
  const fresh = markFresh(element)
  if (focus) refocus(element, focus)
  if (fresh.length === 0) return
  const { region } = element.dataset
  if (region === 'users') scroller.scrollTop = fresh[0].offsetTop - scroller.clientHeight / 2
  if (region === 'channel') offerJump(scroller, fresh.at(-1))
  if ((region === 'history' || region === 'requests') && stuck) scroller.scrollTop = scroller.scrollHeight
}

/** What was not there before lights up for a moment, also when its region is swapped again meanwhile. */
function markFresh(element) {
  const now = performance.now()
  return keysIn(element).filter(each => {
    const { key } = each.dataset
    const isNew = !bornAt.has(key)
    if (isNew) bornAt.set(key, now)
    const age = now - bornAt.get(key)
    if (bornAt.get(key) > 0 && age < FRESH_MS) {
      each.classList.add('fresh')
      each.style.animationDelay = `-${age}ms`
    }
    return isNew
  })
}

/** A button that is gone hands its focus to its neighbour, so that the keyboard stays where it was. */
function refocus(element, { blockId, actionId, trouble }) {
  if (trouble) element.querySelector(`button[data-trouble="${trouble}"]`)?.focus({ preventScroll: true })
  if (!blockId) return
  const block = `button[data-block-id="${CSS.escape(blockId)}"]`
  const same = element.querySelector(`${block}[data-action-id="${CSS.escape(actionId)}"]`)
  const next = same ?? element.querySelector(block)
  next?.focus({ preventScroll: true })
}

/** What comes below the edge must not go unnoticed. */
function offerJump(scroller, { dataset: { key } }) {
  const jump = find('#jump')
  const pixelsBelow = () => {
    const line = scroller.querySelector(`[data-key="${CSS.escape(key)}"]`)
    return line ? line.getBoundingClientRect().bottom - scroller.getBoundingClientRect().bottom : 0
  }
  if (pixelsBelow() <= 0) return
  jump.hidden = false
  jump.onclick = () => {
    scroller.scrollTop += pixelsBelow() + 24
  }
  scroller.onscroll = () => {
    if (pixelsBelow() <= 0) jump.hidden = true
  }
}

function showWhispers() {
  const newest = [...document.querySelectorAll('.whisper')].at(-1)
  const shown = newest !== undefined && !cleared.has(newest.dataset.key)
  find('.whispers').hidden = !shown
  if (shown) find('.whispers .scroll').scrollTop = 0
}

/** The messages to the acting person, or the newest run's beginning for whoever has none. */
function goToOwnMessage() {
  const messages = find('.messages')
  const own = [...messages.querySelectorAll('[data-mine]')].at(-1)
  messages.scrollTop = own ? own.offsetTop : 0
}

// ── What the person does

async function send(path, body, problem = find('#problem')) {
  problem.textContent = ''
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ person, ...body }),
    })
    if (!response.ok) problem.textContent = await response.text()
    return response.ok
  } catch {
    problem.textContent = 'The demo cannot be reached. Is it still running?'
    return false
  }
}

function confirmed({ title, text, yes, no, style }) {
  find('#confirm-title').textContent = title
  find('#confirm-text').textContent = text
  find('#confirm-no').textContent = no
  find('#confirm-yes').textContent = yes
  find('#confirm-yes').classList.toggle('danger', style === 'danger')
  confirmDialog.returnValue = 'no'
  confirmDialog.showModal()
  return new Promise(resolve => {
    confirmDialog.addEventListener('close', () => resolve(confirmDialog.returnValue === 'yes'), {
      once: true,
    })
  })
}

async function press({ ts, blockId, actionId, value, confirm }) {
  if (confirm && !(await confirmed(JSON.parse(confirm)))) return
  await send('/click', { ts, blockId, actionId, value })
}

async function letPass(button) {
  const buttons = [...document.querySelectorAll('[data-pass]')]
  for (const each of buttons) each.disabled = true
  await send('/pass', { minutes: Number(button.dataset.pass) })
  for (const each of buttons) each.disabled = false
  button.focus()
}

function toggleTrouble() {
  const panel = find('#trouble')
  panel.hidden = !panel.hidden
  find('#trouble-toggle').setAttribute('aria-expanded', String(!panel.hidden))
}

document.addEventListener('click', ({ target }) => {
  const button = target.closest('button')
  if (button?.dataset.actionId && button.dataset.ts) void press(button.dataset)
  if (button?.dataset.pass) void letPass(button)
  if (button?.dataset.trouble) void send('/trouble', { ...button.dataset }, find('#trouble-problem'))
  if (button?.id === 'quiet') void send('/quiet', {}, find('#trouble-problem'))
  if (button?.id === 'trouble-toggle') toggleTrouble()
  if (button?.dataset.close !== undefined || target === modal) modal.close()
  if (button?.id === 'clear') {
    for (const { dataset } of document.querySelectorAll('.whisper')) cleared.add(dataset.key)
    showWhispers()
    find('#line').focus()
  }
})

document.addEventListener('change', ({ target }) => {
  if (target.name !== 'person') return
  person = target.value
  find('#problem').textContent = ''
  find('#jump').hidden = true
  history.replaceState(null, '', `?as=${person}`)
  connect()
  events.addEventListener('message', function arrived({ data }) {
    if (JSON.parse(data).name !== 'channel') return
    events.removeEventListener('message', arrived)
    goToOwnMessage()
  })
})

find('.composer').addEventListener('submit', async event => {
  event.preventDefault()
  const input = find('#line')
  const line = input.value
  if (line.trim() === '') return
  input.value = ''
  if (!(await send('/command', { line }))) input.value = line
})

for (const log of document.querySelectorAll('[data-region=history], [data-region=requests]'))
  log.scrollTop = log.scrollHeight
showWhispers()
goToOwnMessage()
connect()
