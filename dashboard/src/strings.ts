/** Every word that the page says. */

import type { RoadUser } from './contract/camera.ts'
import type { Incident, IncidentKind, IncidentStatus, Severity } from './contract/incident.ts'
import type { Source } from './contract/message.ts'
import type { Level } from './contract/road.ts'
import type { PartState } from './contract/status.ts'
import type { VehicleType } from './contract/vehicle.ts'
import { NB } from './format.ts'
import type { Pace } from './live/subscriptions.ts'
import type { Outlook } from './state/ahead.ts'
import type { Health } from './state/health.ts'
import type { Response } from './state/incident.ts'
import type { Progress } from './state/incidents.ts'
import type { SelectableKind } from './state/selection.ts'
import type { TrendRange } from './state/trends.ts'
import type { Comparison } from './state/usual.ts'
import type { Layer, LevelColours, Tab, ThemeChoice } from './state/view.ts'
import type { Units } from './units.ts'

const KINDS: Readonly<Record<IncidentKind, string>> = {
  medical: 'Medical',
  accident: 'Accident',
  fire: 'Fire',
  crime: 'Crime',
  hazard: 'Hazard',
  other: 'Incident',
}

const STATUSES: Readonly<Record<IncidentStatus, string>> = {
  reported: 'Reported',
  dispatched: 'Dispatched',
  en_route: 'En route',
  on_scene: 'On scene',
  transporting: 'Transporting',
  resolved: 'Resolved',
  cancelled: 'Cancelled',
}

const PROGRESSES: Readonly<Record<Progress, string>> = {
  waiting: 'waiting',
  coming: 'on the way',
  there: 'at scene',
  transporting: 'transporting',
}

const RESPONSES: Readonly<Record<Response, string>> = {
  dispatch: 'Dispatched',
  scene: 'On scene',
  resolution: 'Resolved',
}

const PART_STATES: Readonly<Record<PartState, string>> = {
  up: 'Up',
  degraded: 'Degraded',
  down: 'Down',
  unknown: 'Unknown',
}

/** As the gateway names them; another word is shown as it came. */
const PARTS: Readonly<Record<string, string>> = {
  speed: 'Live layer',
  batch: 'Batch layer',
  archive: 'Archive',
  search: 'Search',
  gps: 'Positions',
  traffic: 'Traffic',
  emergency: 'Emergencies',
  weather: 'Weather',
  camera: 'Cameras',
  gateway: 'Gateway',
}

const TOPICS: Readonly<Record<string, string>> = {
  traffic: 'Roads',
  vehicles: 'Vehicles',
  emergencies: 'Incidents',
  weather: 'Weather stations',
  cameras: 'Cameras',
  predictions: 'Forecasts',
}

const SEVERITIES: Readonly<Record<Severity, string>> = {
  1: 'Slight',
  2: 'Minor',
  3: 'Serious',
  4: 'Severe',
  5: 'Critical',
}

const LEVELS: Readonly<Record<Level, string>> = {
  free: 'Free',
  light: 'Light',
  moderate: 'Moderate',
  heavy: 'Heavy',
  jammed: 'Jammed',
  unknown: 'No data',
}

const VEHICLES: Readonly<Record<VehicleType, string>> = {
  car: 'Car',
  bus: 'Bus',
  taxi: 'Taxi',
  ambulance: 'Ambulance',
  police: 'Police',
  fire: 'Fire engine',
  tram: 'Tram',
  train: 'Train',
  ferry: 'Ferry',
  truck: 'Truck',
  van: 'Van',
  motorcycle: 'Motorcycle',
  bicycle: 'Bicycle',
  other: 'Vehicle',
}

const ROAD_USERS: Readonly<Record<RoadUser, string>> = {
  car: 'Cars',
  bus: 'Buses',
  truck: 'Trucks',
  motorcycle: 'Motorcycles',
  bicycle: 'Bicycles',
  pedestrian: 'Pedestrians',
  other: 'Others',
}

/** As the contract names them; another word is shown as it came. */
const CONDITIONS: Readonly<Record<string, string>> = {
  clear: 'Clear',
  clouds: 'Clouds',
  rain: 'Rain',
  drizzle: 'Drizzle',
  thunderstorm: 'Thunderstorm',
  snow: 'Snow',
  fog: 'Fog',
  sleet: 'Sleet',
  hail: 'Hail',
  mist: 'Mist',
  haze: 'Haze',
  smoke: 'Smoke',
  dust: 'Dust',
  unknown: 'Unknown',
}

const LAYERS: Readonly<Record<Layer, string>> = {
  vehicles: 'Vehicles',
  incidents: 'Incidents',
  congestion: 'Congestion',
  hospitals: 'Hospitals',
  cameras: 'Cameras',
  stations: 'Weather stations',
  sensors: 'Traffic sensors',
  labels: 'Names',
  tiles: 'Street map',
}

const FOUND: Readonly<Record<SelectableKind, string>> = {
  incident: 'Incidents',
  hospital: 'Hospitals',
  road: 'Roads',
  camera: 'Cameras',
  station: 'Weather stations',
  sensor: 'Traffic sensors',
  vehicle: 'Vehicles',
}

const TABS: Readonly<Record<Tab, string>> = {
  incidents: 'Incidents',
  city: 'City',
  layers: 'Layers',
  selected: 'Details',
}

const THEMES: Readonly<Record<ThemeChoice, string>> = {
  system: 'System',
  light: 'Light',
  dark: 'Dark',
}

const UNIT_NAMES: Readonly<Record<Units, string>> = {
  metric: 'Metric',
  imperial: 'Imperial',
}

const PACE_NAMES: Readonly<Record<Pace, string>> = {
  standard: 'Standard',
  fast: 'Fast',
}

const HEALTHS: Readonly<Record<Health, string>> = {
  connecting: 'Connecting',
  live: 'Live',
  quiet: 'Feed is silent',
  behind: 'Behind',
  reconnecting: 'Reconnecting',
  away: 'No connection',
  stopped: 'Signed out',
  past: 'Past',
  ahead: 'Forecast',
}

const SOURCES: Readonly<Record<Source, string>> = {
  speed: 'Live',
  batch: 'batch data',
  'last-known': 'last-known data',
}

const LEVEL_COLOURS: Readonly<Record<LevelColours, string>> = {
  standard: 'Standard',
  'traffic-light': 'Green to red',
}

const TREND_RANGES: Readonly<Record<TrendRange, string>> = {
  day: '24 hours',
  week: '7 days',
}

const COMPARED: Readonly<Record<Comparison, string>> = {
  below: 'Slower than usual',
  within: 'As usual',
  above: 'Faster than usual',
}

/** What the future side of the slider is; why it leads nowhere. */
const OUTLOOKS: Readonly<Record<Outlook, string>> = {
  unknown: 'No forecasts known',
  none: 'No road has a forecast',
  old: 'Forecasts are too old',
  there: 'Forecast',
}

const COMPASS = ['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'] as const

export const STRINGS = {
  app: {
    title: 'City live map',
    cityWithoutName: 'City',
    skipToIncidents: 'Skip to incidents',
    map: 'Map of the city',
    mapHelp: 'Arrow keys move the map, plus and minus zoom.',
    loadingMap: 'Loading the map',
  },
  signIn: {
    title: 'Sign in',
    lead: 'The live map of the city',
    again: 'Sign in again',
    againLead: 'Your session has ended. The map stays as it was.',
    name: 'Name',
    password: 'Password',
    submit: 'Sign in',
    submitting: 'Signing in',
    showPassword: 'Show password',
    hidePassword: 'Hide password',
    wrong: 'Name or password is wrong.',
    missing: 'Enter name and password.',
    locked: (wait: string) => `Too many attempts. Try again in ${wait}.`,
    unreachable: 'The gateway does not answer. Check the network and try again.',
    failed: (detail: string) => `Signing in failed: ${detail}`,
  },
  start: {
    asking: 'Opening the city',
    unreachable: 'The gateway does not answer',
    retryIn: (wait: string) => `Next attempt in ${wait}.`,
    retryNow: 'Try now',
  },
  user: {
    menu: (name: string) => `Account of ${name}`,
    role: (role: string) => `Signed in as ${role}`,
    signOut: 'Sign out',
    signOutFailed: 'The gateway does not answer: you are still signed in.',
  },
  settings: {
    menu: 'Settings',
    theme: 'Theme',
    themes: THEMES,
    units: 'Units',
    unitNames: UNIT_NAMES,
    pace: 'Updates',
    paces: PACE_NAMES,
    sound: 'Sound for new incidents',
  },
  state: {
    names: HEALTHS,
    chip: (name: string, age: string | null) => (age === null ? name : `${name}, data ${age} old`),
    retryIn: (wait: string) => `Reconnecting in ${wait}`,
    localTime: 'Local time in the city',
  },
  banner: {
    behind: (source: Source, age: string | null) =>
      `Live layer away: showing ${SOURCES[source]}${age === null ? '' : `, ${age} old`}.`,
    reconnecting: (age: string | null) =>
      `Connection lost: showing what was last known${age === null ? '' : `, ${age} old`}.`,
    away: (time: string | null, age: string | null) =>
      `No connection: the city as it was${time === null || age === null ? ' last' : ` at ${time}, ${age} ago`}.`,
    quiet: (age: string | null) => `No new data${age === null ? '' : ` for ${age}`}. The connection is up.`,
    retryNow: 'Reconnect now',
  },
  empty: {
    vehicles: 'No vehicle has reported yet. They appear with their first position.',
    model: 'No city model: roads are not drawn.',
    incidents: 'No active incidents',
    incidentsLead: 'New ones appear here by themselves.',
  },
  incident: {
    panel: 'Incidents',
    kinds: KINDS,
    statuses: STATUSES,
    severity: (severity: Severity) => `Severity ${severity}, ${SEVERITIES[severity].toLowerCase()}`,
    marker: ({ kind, severity, status }: Incident) =>
      `${KINDS[kind]}, severity ${severity}, ${STATUSES[status].toLowerCase()}`,
    arrived: ({ kind, severity }: Incident, place: string | null) =>
      `New incident: ${KINDS[kind]}, severity ${severity}${place === null ? '' : `, ${place}`}`,
    arrivedMany: (count: number) => `${count} new incidents`,
    noPlace: 'Place not known',
    progresses: PROGRESSES,
    counts: 'How far help is',
    course: 'Course',
    notTold: 'Not told',
    notYet: 'not yet',
    noUnit: 'No unit yet',
    noUnitAtAll: 'No unit',
    unitAway: 'Its position is not known.',
    toScene: (length: string) => `${length} to the scene`,
    toHospital: (length: string) => `${length} to the hospital`,
    fromScene: (length: string) => `${length} from the scene`,
    position: 'Position',
    responses: 'Time since the report',
    responseNames: RESPONSES,
    notKnown: 'Not known',
    mean: (mean: string, count: string) =>
      `On scene after ${mean} on average, ${count === '1' ? 'of 1 arrival' : `of ${count} arrivals`} in the last day.`,
    noMean: 'No other arrival in the last day to compare with.',
    under: (time: string) => `${time} under the mean`,
    over: (time: string) => `${time} over the mean`,
    atMean: 'As the mean',
    show: 'Show',
    dismiss: 'Dismiss',
    worstOf: (kind: string, place: string | null) => `Worst: ${kind}${place === null ? '' : `, ${place}`}`,
    newOne: ({ kind, severity }: Incident) => `New: ${KINDS[kind]}, severity ${severity}`,
  },
  level: {
    names: LEVELS,
    legend: 'by speed against free flow',
    title: 'Congestion',
    colours: 'Colours of congestion',
    colourNames: LEVEL_COLOURS,
  },
  vehicle: {
    types: VEHICLES,
    speed: 'Speed',
    heading: 'Heading',
    road: 'Road',
    seen: 'Last position',
    follow: 'Follow',
    unfollow: 'Stop following',
    stale: 'Not heard of lately',
    trail: 'The line is its way of the last hour.',
    noTrail: 'Its way of the last hour is not to be had now.',
    shown: 'Vehicle types',
    showAll: 'Show all types',
    stack: (count: number) => `${count} vehicles here`,
    stackLead: 'They lie on each other: choose one.',
    group: (counts: ReadonlyMap<VehicleType, number>) =>
      [...counts]
        .sort(([, one], [, other]) => other - one)
        .map(([type, count]) => `${count} ${VEHICLES[type].toLowerCase()}`)
        .join(', '),
    compass: (headingDeg: number) => {
      const name = COMPASS[Math.round(headingDeg / 45) % 8] ?? 'N'
      return `${name} ${Math.round(headingDeg) % 360}°`
    },
  },
  road: {
    kind: 'Road',
    ofFreeFlow: (percent: string, freeFlow: string) => `${percent} of free flow (${freeFlow})`,
    span: 'Slowest and fastest',
    spanHelp: '15th and 85th percentile',
    vehicles: 'Vehicles counted',
    occupancy: 'Occupancy',
    window: 'Measured',
    length: 'Length',
    lanes: 'Lanes',
    area: 'District',
    seen: 'Last reading',
  },
  usual: {
    now: (speed: string) => `Usual for this time: ${speed}`,
    around: (middle: string, low: string, high: string) => `${middle} (${low}–${high})`,
    comparisons: COMPARED,
  },
  day: {
    title: 'Last day',
    shown: (hasUsual: boolean, hasForecast: boolean) =>
      ['Mean speed', ...(hasUsual ? ['usual band'] : []), ...(hasForecast ? ['forecast'] : [])].join(', '),
    chart: 'Mean speed in the last day',
    slowest: 'Slowest',
    fastest: 'Fastest',
    onlyOne: 'The only window',
    at: (value: string, time: string) => `${value} at ${time}`,
    freeFlow: (speed: string) => `Free flow ${speed}`,
    vehicles: (count: string) => `${count} vehicles`,
    notCounted: 'Vehicles not counted',
    noSpeed: 'No speed measured',
    withUsual: (measured: string, usual: string) => `${measured}, usual ${usual}`,
    noSpeedYet: 'No speed was measured.',
    noLevel: 'No level',
    loading: 'Loading the last day',
    empty: 'No windows in the last day yet',
    away: 'The speed layer is away, and with it the last day.',
    unreachable: 'The gateway does not answer.',
    failed: (detail: string) => `The last day can’t be had: ${detail}`,
    retry: 'Try again',
  },
  ahead: {
    mark: 'Forecast',
    /** What stands beside the clock. */
    minutes: (minutes: number) => `+${minutes} min, forecast`,
    of: (minutes: number, time: string) => `Forecast for ${time}, +${minutes}${NB}min`,
    at: (minutes: number, time: string) => `+${minutes} min, forecast for ${time}`,
    legend: (time: string) => `as forecast for ${time}`,
    note: 'Roads as forecast. Incidents are of now; vehicles are not shown.',
    sides: OUTLOOKS,
    describe: (outlook: Outlook) =>
      outlook === 'there' ? 'After now there are four stops with roads as forecast, up to an hour ahead.' : `After now: ${OUTLOOKS[outlook].toLowerCase()}.`,
    farther: 'Further ahead',
    nearer: 'Less far ahead',
    expected: (speed: string) => `forecast ${speed}`,
    interval: '4 of 5 times',
    in: (minutes: number) => `In ${minutes}${NB}min`,
    error: (error: string, lastValue: string | null, unit: string) =>
      `Such forecasts are off by ${error}${NB}${unit} on average${lastValue === null ? '' : `; the last speed alone by ${lastValue}`}.`,
    old: (time: string) => `This forecast is old: it was made at ${time}.`,
    neverRead: 'No forecast: no speed was ever read here.',
    outage: (time: string | null) => `No forecast: no speed read ${time === null ? 'lately' : `since ${time}`}.`,
    notMade: 'No forecast has been made yet.',
  },
  past: {
    label: 'The last 24 hours',
    slider: 'Time of the last 24 hours',
    mark: 'Past',
    today: 'Today',
    yesterday: 'Yesterday',
    at: (day: string, time: string, speed: string | null) => `${day}, ${time}, ${speed === null ? 'no speed measured' : `mean speed ${speed}`}`,
    describe: (count: number) => `The line is the mean speed of all roads; ${count === 1 ? '1 incident' : `${count} incidents`} in these hours.`,
    back: '5 minutes back',
    on: '5 minutes on',
    play: 'Play',
    pause: 'Pause',
    live: 'Back to live',
    noVehicles: 'No vehicle was heard of in this minute.',
    notThere: 'This was not reported at this time.',
    speed: 'Mean speed of the minute',
    away: 'The speed layer is away, and with it the past.',
    unreachable: 'The gateway does not answer.',
    failed: (detail: string) => `This time can’t be had: ${detail}`,
    retry: 'Try again',
  },
  trends: {
    title: 'Trends',
    close: 'Close trends',
    range: 'Range',
    ranges: TREND_RANGES,
    city: 'Whole city',
    chosen: 'Shown',
    shown: 'In trends',
    choose: 'Choose a road',
    compare: 'Compare with a road',
    help: 'Roads are found by name or id.',
    takeOut: (name: string) => `Take out ${name}`,
    chart: 'Speed and volume over time',
    speed: (unit: string) => `Mean speed, ${unit}`,
    volume: (length: string) => `Vehicles counted in ${length}`,
    hour: (hour: string) => `${hour}:00`,
    soFar: (when: string) => `${when}, so far`,
    difference: 'Difference',
    none: '–',
    said: (name: string, speed: string | null, vehicles: string | null) =>
      `${name}: ${speed ?? 'no speed'}, ${vehicles === null ? 'vehicles not counted' : `${vehicles} vehicles`}`,
    saidAhead: (name: string, speed: string) => `${name}: ${speed}`,
    usual: 'Usual',
    usualIs: (value: string) => `Usual ${value}`,
    usualSaid: (speed: string | null, vehicles: string | null) =>
      `usual ${[speed, vehicles === null ? null : `${vehicles} vehicles`].filter((one) => one !== null).join(', ')}`,
    table: (range: string) => `The last ${range}`,
    mean: 'Mean speed',
    meanHelp: 'Each reading counts once in a mean.',
    ofFreeFlow: 'Of free flow',
    of: (whole: string) => `of ${whole}`,
    slowest: 'Slowest',
    busiest: 'Busiest',
    loading: 'Loading the past',
    empty: 'Nothing was measured in this time.',
    reason: (name: string, reason: string) => `${name}: ${reason}`,
    away: 'the speed layer is away, and with it the past.',
    unreachable: 'the gateway does not answer.',
    failed: (detail: string) => `the past can’t be had: ${detail}`,
  },
  station: {
    kind: 'Weather station',
    conditions: CONDITIONS,
    humidity: 'Humidity',
    wind: 'Wind',
    precipitation: 'Precipitation',
    visibility: 'Visibility',
    airQuality: 'Air quality index',
    seen: 'Last observation',
  },
  camera: {
    kind: 'Camera',
    users: ROAD_USERS,
    counts: 'Counted since the observation before',
    speed: 'Mean speed',
    incident: 'Noticed',
    road: 'Road',
    seen: 'Last observation',
  },
  hospital: {
    kind: 'Hospital',
    inbound: 'Transports on their way',
    noInbound: 'No transport is on its way.',
  },
  sensor: { kind: 'Traffic sensor', road: 'Road' },
  card: {
    close: 'Close',
    goTo: 'Show on the map',
    gone: 'This is no longer reported.',
    loading: 'Loading',
    noData: 'No data',
    stale: 'Old',
  },
  layers: { panel: 'Layers', names: LAYERS, attribution: 'Source of the street map' },
  search: {
    label: 'Search the city',
    placeholder: 'Search the city',
    clear: 'Clear search',
    close: 'Close search',
    results: 'Found',
    kinds: FOUND,
    more: (count: string) => `${count} more`,
    found: (count: string) => (count === '1' ? '1 result' : `${count} results`),
    shown: (shown: string, all: string) => `${shown} of ${all} shown. More letters find fewer.`,
    nothing: (text: string) => `Nothing found for “${text}”`,
    help: 'Incidents, hospitals, roads, cameras, weather stations, sensors and vehicles are found by name, id or kind.',
  },
  summary: {
    panel: 'The city now',
    vehicles: 'Vehicles',
    speed: 'Mean speed',
    index: 'Congestion',
    indexSlower: (percent: string) => `Driving all measured roads takes ${percent} longer than at free flow.`,
    indexFaster: (percent: string) => `Driving all measured roads takes ${percent} less time than at free flow.`,
    indexFree: 'Driving all measured roads takes as long as at free flow.',
    indexNone: 'No road has a speed now.',
    indexHelp: 'The time to drive each measured road once at its mean speed, over the time at free flow.',
    indexFloor: (speed: string) => `Slower than ${speed}, and a jam in which nothing drives, count as ${speed}.`,
    indexLevels: 'Length of roads by level',
    more: (name: string, value: string) => `${name} ${value}: what it means`,
    responseMean: (mean: string) => `Help was there ${mean} after the report, on average.`,
    responseNone: 'Help came to no incident in the last day.',
    responseCount: (count: string) =>
      count === '1' ? 'Of the one arrival in the last 24 hours.' : `Of ${count} arrivals in the last 24 hours.`,
    incidents: 'Incidents',
    response: 'Response',
    weather: 'Weather',
    reporting: (reporting: string, all: string) => `${reporting} of ${all} roads report now.`,
  },
  city: {
    panel: 'City',
    worst: 'Worst roads',
    noWorst: 'Nothing drives slowly now.',
    worstRow: (name: string, level: Level, speed: string, share: string) =>
      // What stands in the row comes first, as it stands there: who speaks to a machine says what they see.
      `${name}, ${speed}, ${share} of free flow, ${LEVELS[level].toLowerCase()}`,
    ofFreeFlow: 'of free flow',
    weather: 'Weather',
    stations: (count: string) => (count === '1' ? '1 station' : `${count} stations`),
    noWeather: 'No station reports.',
    leastVisibility: 'Least visibility',
  },
  platform: {
    title: 'Platform',
    states: PART_STATES,
    parts: PARTS,
    topics: TOPICS,
    role: (name: string, role: string) => `${name} ${role}`,
    allUp: (count: string) => `All ${count} parts are up`,
    notUp: (count: string, all: string) => `${count} of ${all} parts not up`,
    showAll: 'Layers, services and data',
    pending: (count: string) => `${count} waiting`,
    rate: (count: string) => `${count}/s`,
    lag: (count: string) => `lag ${count}`,
    data: 'Data',
    withData: (count: string, all: string) => `${count} of ${all}`,
    nothingKnown: 'Nothing known',
    asked: 'As told',
  },
  controls: {
    group: 'Map controls',
    zoomIn: 'Zoom in',
    zoomOut: 'Zoom out',
    showAll: 'Show the whole city',
    past: 'Last 24 hours',
    share: 'Copy link',
    shared: 'Link copied',
    shareByHand: 'Copy this link',
  },
  panel: {
    fold: (name: string) => `Fold ${name}`,
    unfold: (name: string) => `Unfold ${name}`,
    tabs: TABS,
    sheet: 'Panels',
    openSheet: 'Open panels',
    closeSheet: 'Close panels',
  },
  time: {
    now: 'now',
    ago: (age: string) => `${age} ago`,
  },
} as const
