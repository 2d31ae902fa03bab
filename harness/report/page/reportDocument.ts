import type { VNode } from 'preact';
import { renderDocument } from '../../site/document.js';
import { SCRIPT } from './script.js';
import { STYLE } from './style.js';

/** A page of a run or of a certificate: one file with its style and its script. */
export const renderReportDocument = (title: string, content: VNode): string =>
  renderDocument({ title, content, style: STYLE, script: SCRIPT });
