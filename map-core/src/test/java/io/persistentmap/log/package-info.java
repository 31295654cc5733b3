/** Tests of the log's parts that need no store. */
@NullMarked
package io.persistentmap.log;

import org.jspecify.annotations.NullMarked;
