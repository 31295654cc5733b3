/** Guards of the command line tool. */
@NullMarked
package io.persistentmap.tool;

import org.jspecify.annotations.NullMarked;
