/** The page's own signs: lines of one weight on a field of 20. */

import type { ReactNode } from 'react'

function icon(name: string, children: ReactNode) {
  function Icon() {
    return (
      <svg className="icon" viewBox="0 0 20 20" width="20" height="20" aria-hidden="true" focusable="false">
        {children}
      </svg>
    )
  }
  Icon.displayName = name
  return Icon
}

export const CloseIcon = icon('CloseIcon', <path d="M5.5 5.5l9 9m0-9l-9 9" />)
export const PlusIcon = icon('PlusIcon', <path d="M10 4.5v11M4.5 10h11" />)
export const MinusIcon = icon('MinusIcon', <path d="M4.5 10h11" />)
export const FitIcon = icon(
  'FitIcon',
  <path d="M4 7.5V5.2C4 4.5 4.5 4 5.2 4h2.3m5 0h2.3c.7 0 1.2.5 1.2 1.2v2.3m0 5v2.3c0 .7-.5 1.2-1.2 1.2h-2.3m-5 0H5.2c-.7 0-1.2-.5-1.2-1.2v-2.3" />,
)
export const PastIcon = icon('PastIcon', <path d="M3.6 10a6.4 6.4 0 111.9 4.5M3.6 10L1.9 8.2M3.6 10l1.8-1.7M10 6.4V10l2.6 1.6" />)
export const PlayIcon = icon('PlayIcon', <path d="M7 5.2v9.6l7.6-4.8z" />)
export const PauseIcon = icon('PauseIcon', <path d="M7.3 5.2v9.6m5.4-9.6v9.6" />)
export const BackIcon = icon('BackIcon', <path d="M12 5.5L7.5 10l4.5 4.5" />)
export const OnIcon = icon('OnIcon', <path d="M8 5.5l4.5 4.5L8 14.5" />)
export const LinkIcon = icon(
  'LinkIcon',
  <path d="M8.6 11.4a3 3 0 004.3 0l2.4-2.4a3 3 0 00-4.3-4.3l-.9.9m1.3 3a3 3 0 00-4.3 0L4.7 11A3 3 0 009 15.3l.9-.9" />,
)
export const TrendsIcon = icon('TrendsIcon', <path d="M3.5 3.5v11.8c0 .7.5 1.2 1.2 1.2h11.8M6.5 12.5l3-4 3 2.5 3.5-5.5" />)
export const SearchIcon = icon(
  'SearchIcon',
  <>
    <circle cx="9" cy="9" r="4.8" />
    <path d="M12.6 12.6l3.9 3.9" />
  </>,
)
export const ChevronIcon = icon('ChevronIcon', <path d="M5.5 8l4.5 4.5L14.5 8" />)
export const SettingsIcon = icon(
  'SettingsIcon',
  <>
    <path d="M3.5 6h6.2m3.6 0h3.2M3.5 14h3.2m3.6 0h6.2" />
    <circle cx="11.5" cy="6" r="1.8" />
    <circle cx="8.5" cy="14" r="1.8" />
  </>,
)
export const UserIcon = icon(
  'UserIcon',
  <>
    <circle cx="10" cy="7" r="3" />
    <path d="M4.2 16.2c.7-3 3-4.4 5.8-4.4s5.1 1.4 5.8 4.4" />
  </>,
)
export const ExitIcon = icon('ExitIcon', <path d="M8 4H5.2C4.5 4 4 4.5 4 5.2v9.6c0 .7.5 1.2 1.2 1.2H8m4-9l3 3-3 3m3-3H8" />)
export const TargetIcon = icon(
  'TargetIcon',
  <>
    <circle cx="10" cy="10" r="4.5" />
    <path d="M10 2.8v3m0 8.4v3M2.8 10h3m8.4 0h3" />
  </>,
)
export const EyeIcon = icon(
  'EyeIcon',
  <>
    <path d="M2.8 10S5.4 5 10 5s7.2 5 7.2 5-2.6 5-7.2 5-7.2-5-7.2-5z" />
    <circle cx="10" cy="10" r="2.2" />
  </>,
)
export const LayersIcon = icon('LayersIcon', <path d="M10 3.8l6.5 3.4L10 10.6 3.5 7.2 10 3.8zm-6.5 6.6L10 13.8l6.5-3.4" />)
export const AlertIcon = icon('AlertIcon', <path d="M10 4l6.8 11.8H3.2L10 4zm0 4.5v3.2m0 2.1v.1" />)
export const CityIcon = icon('CityIcon', <path d="M4 16V8.5l4-2V16m0 0h8V4.5l-4-1V16m2-9h.1M14 10h.1M14 13h.1M6 10.5h.1M6 13h.1M3 16h14" />)
export const CardIcon = icon('CardIcon', <path d="M4 5.5h12v9H4zM6.8 8.5h6.4m-6.4 3h3.8" />)
export const CameraIcon = icon('CameraIcon', <path d="M3.5 6.5h8v7h-8zM11.5 9l5-2.5v7l-5-2.5" />)
export const HospitalIcon = icon('HospitalIcon', <path d="M5 4h10v12H5zM10 7v6m-3-3h6" />)
export const StationIcon = icon(
  'StationIcon',
  <path d="M8.2 11.4V5.3a1.8 1.8 0 013.6 0v6.1a3.2 3.2 0 11-3.6 0zM10 8v5.4" />,
)
export const SensorIcon = icon(
  'SensorIcon',
  <>
    <circle cx="10" cy="10" r="2" />
    <path d="M6 14a5.7 5.7 0 010-8m8 0a5.7 5.7 0 010 8" />
  </>,
)
export const RoadIcon = icon('RoadIcon', <path d="M6.8 3.5L4 16.5m9.2-13L16 16.5M10 4v2.4m0 2.6v2.2m0 2.8v2.4" />)
export const VehicleIcon = icon(
  'VehicleIcon',
  <path d="M4 12.5V10l1.6-4.2c.2-.5.6-.8 1.1-.8h6.6c.5 0 .9.3 1.1.8L16 10v2.5M4 10h12M4 12.5h12v2H4zM5.5 14.5V16m9-1.5V16" />,
)
export const ClearIcon = icon('ClearIcon', <path d="M4.5 10.5l3.6 3.6 7.4-8" />)
export const OfflineIcon = icon('OfflineIcon', <path d="M3 8a10 10 0 0114 0m-11.2 3a6 6 0 018.4 0M10 14.6v.1M4 3.5l12 13" />)

/** The product's mark: a crossing, one arm of it live. */
export function Mark() {
  return (
    <svg className="mark" viewBox="0 0 32 32" width="32" height="32" aria-hidden="true" focusable="false">
      <rect className="mark-plate" width="32" height="32" rx="9" />
      <path className="mark-road" d="M11 5v22M5 20h22" />
      <path className="mark-live" d="M15 20c0-7 4-9 12-9" />
      <circle className="mark-dot" cx="26" cy="11" r="2.6" />
    </svg>
  )
}
