import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'

import './styles/fonts.css'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/start.css'
import { keepAddress } from './app/address.ts'
import { keepPage } from './app/offline.ts'
import { keepPreferences } from './app/preferences.ts'
import { App } from './ui/App.tsx'

const root = document.getElementById('root')
if (root === null) throw new Error('index.html has no #root')
keepPreferences()
keepAddress()
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
keepPage()
