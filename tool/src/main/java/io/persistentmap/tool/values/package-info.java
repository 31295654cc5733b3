/**
 * Encoded keys and values as JSON, and back, without the classes of what is encoded: their
 * descriptions in the file suffice. What can't be told in JSON exactly is told as its bytes, so
 * that nothing is lost on the way. The form is that of {@code docs/tool.md}.
 */
@NullMarked
package io.persistentmap.tool.values;

import org.jspecify.annotations.NullMarked;
