/**
 * What a comparison of poolings and a probe of layers found: records, and the same as JSON, as a table and as a page with charts.
 *
 * <p>The records hold numbers that others have computed; nothing here trains or tests. A number that is not defined (the deviation of a
 * single fold, the correlation of constant predictions) is NaN in the records, null in JSON and a hyphen for people.
 */
@NullMarked
package dev.lanepool.training.report;

import org.jspecify.annotations.NullMarked;
