/**
 * The command line tool: a command each for what {@link io.persistentmap.inspect} does, and export
 * and import. Commands read arguments, and print what was done, as text or JSON; what they do is
 * done elsewhere.
 */
@NullMarked
package io.persistentmap.tool;

import org.jspecify.annotations.NullMarked;
