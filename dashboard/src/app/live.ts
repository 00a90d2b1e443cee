/** Everything that flows while somebody is signed in: the stream, the model, the figures. */

import { loadModel } from '../api/model.ts'
import { poll } from '../api/polled.ts'
import { Problem, Unreachable } from '../api/problem.ts'
import { hearDates } from '../api/request.ts'
import { isSignedOut, whoAmI } from '../api/session.ts'
import { Malformed } from '../contract/fields.ts'
import { readPlatform } from '../contract/status.ts'
import { readCongestion, readSummary } from '../contract/summary.ts'
import { waitMs } from '../live/backoff.ts'
import { ServerClock } from '../live/clock.ts'
import { Complaints } from '../live/complaints.ts'
import { LiveConnection, type Status } from '../live/connection.ts'
import { Frames, atNextFrame } from '../live/frames.ts'
import { nothing } from '../state/collection.ts'
import type { Connection } from '../state/health.ts'
import { city, withNews, type CityState } from '../state/store.ts'
import { followForecasts } from './forecast.ts'
import { keepCity } from './kept.ts'
import { followPast } from './past.ts'
import { endSession } from './session.ts'
import { soundArrivals } from './sound.ts'
import { followTrail } from './trail.ts'
import { followUsual } from './usual.ts'

const SUMMARY_MS = 10_000
const CONGESTION_MS = 15_000
const PLATFORM_MS = 10_000
/** A map that is moved on sooner than this was only passing. */
const SETTLED_MS = 200
/** A connection that is back sooner than this was not missed. */
const PALE_AFTER_MS = 5_000

const complaints = new Complaints()
const clock = new ServerClock()
let connection: LiveConnection | null = null

/** Returns what ends all of it. */
export function goLive(): () => void {
  hearDates((serverMs, nowMs) => {
    // A date is of whole seconds, and says too little: what the stream says is better.
    if (city.getState().connection.source === null) hearClock(serverMs, nowMs)
  })
  const stream = openStream()
  connection = stream
  stream.start()
  const endings = [
    followModel(),
    ...followFigures(),
    followTrail(onError('track')),
    followUsual(complaints, onError('usual')),
    followForecasts(onError('forecast')),
    followPast(),
    soundArrivals(),
    lookAgain(stream),
    lookClosely(stream),
    lookAhead(stream),
    keepPace(stream),
    keepCity(),
  ]
  return () => {
    stream.stop()
    connection = null
    for (const end of endings) end()
  }
}

/** Somebody does not want to wait. */
export function reconnectNow(): void {
  connection?.look()
}

function openStream(): LiveConnection {
  const frames = new Frames((changes) => {
    city.setState((state) => withNews(state, changes))
  }, atNextFrame)
  const { protocol, host } = window.location
  let pale: number | undefined
  const onStatus = (status: Status): void => {
    setConnection({ status })
    if (status.phase === 'live') {
      window.clearTimeout(pale)
      pale = undefined
      setConnection({ isPale: false })
    } else {
      pale ??= window.setTimeout(() => {
        setConnection({ isPale: true })
      }, PALE_AFTER_MS)
    }
  }
  return new LiveConnection(
    {
      url: `${protocol === 'https:' ? 'wss:' : 'ws:'}//${host}/ws/live`,
      Socket: WebSocket,
      isSignedOut: async () => {
        try {
          return (await whoAmI()) === null
        } catch {
          // Nobody can tell: the socket tries on.
          return false
        }
      },
      complaints,
      random: Math.random,
    },
    {
      onStatus,
      onChange: (change) => {
        frames.take(change)
        // Of the city as it is: forecasts may lack where it does not.
        if (change.topic !== 'predictions') setConnection({ source: change.freshness.source })
      },
      onHeartbeat: (serverMs, source) => {
        hearClock(serverMs, Date.now())
        setConnection({ source })
      },
      onSignedOut: endSession,
    },
  )
}

function followModel(): () => void {
  let timer: number | undefined
  let isOver = false
  const load = async (attempt: number): Promise<void> => {
    try {
      const model = await loadModel(complaints)
      city.setState({ model })
    } catch (error) {
      onError('model')(error)
      if (isOver) return
      timer = window.setTimeout(() => void load(attempt + 1), waitMs(attempt, Math.random()))
    }
  }
  // What is known may be of another time, or of another gateway.
  void load(0)
  return () => {
    isOver = true
    window.clearTimeout(timer)
  }
}

function followFigures(): readonly (() => void)[] {
  return [
    poll({
      path: '/api/analytics/traffic-summary',
      everyMs: SUMMARY_MS,
      read: readSummary,
      take: (summary) => {
        city.setState({ summary })
      },
      onError: onError('summary'),
    }),
    poll({
      // One road is the least that can be asked for; the figures are of all.
      path: '/api/analytics/congestion?limit=1',
      everyMs: CONGESTION_MS,
      read: readCongestion,
      take: (congestion) => {
        city.setState({ congestion })
      },
      onError: onError('congestion'),
    }),
    poll({
      path: '/api/status',
      everyMs: PLATFORM_MS,
      read: readPlatform,
      take: (platform) => {
        city.setState({ platform })
      },
      onError: onError('status'),
    }),
  ]
}

function onError(what: string): (error: unknown) => void {
  return (error) => {
    if (isSignedOut(error)) {
      endSession()
    } else if (error instanceof Problem || error instanceof Malformed || error instanceof Unreachable) {
      complaints.add(what, error.message)
    } else {
      throw error
    }
  }
}

/** The network is back, or the page is looked at again. */
function lookAgain(stream: LiveConnection): () => void {
  const look = (): void => {
    if (document.visibilityState === 'visible') stream.look()
  }
  window.addEventListener('online', look)
  document.addEventListener('visibilitychange', look)
  return () => {
    window.removeEventListener('online', look)
    document.removeEventListener('visibilitychange', look)
  }
}

/** Vehicles are heard of more often where the map looks, once it stays there. */
function lookClosely(stream: LiveConnection): () => void {
  let timer: number | undefined
  stream.lookAt(city.getState().near)
  const stop = city.subscribe(({ near }, before) => {
    if (near === before.near) return
    window.clearTimeout(timer)
    timer = window.setTimeout(() => {
      stream.lookAt(near)
    }, SETTLED_MS)
  })
  return () => {
    window.clearTimeout(timer)
    stop()
  }
}

/** Forecasts are heard of while the slider is there that leads to them. */
function lookAhead(stream: LiveConnection): () => void {
  const look = ({ past, forecasts }: CityState): void => {
    stream.lookAhead(past !== null)
    if (past === null && forecasts.freshness !== null) city.setState({ forecasts: nothing() })
  }
  look(city.getState())
  return city.subscribe(look)
}

/** The stream tells as often as this person wants it. */
function keepPace(stream: LiveConnection): () => void {
  stream.keepPace(city.getState().view.pace)
  return city.subscribe(({ view }) => {
    stream.keepPace(view.pace)
  })
}

function hearClock(serverMs: number, nowMs: number): void {
  clock.hear(serverMs, nowMs)
  setConnection({ offsetMs: clock.offsetMs })
}

function setConnection(change: Partial<Connection>): void {
  city.setState(({ connection: before }) => {
    const isSame = Object.entries(change).every(([name, value]) => before[name as keyof Connection] === value)
    return isSame ? {} : { connection: { ...before, ...change } }
  })
}
