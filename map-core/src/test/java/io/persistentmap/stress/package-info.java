/** Random operations of many threads, checked against what each of them knows to be so. */
@org.jspecify.annotations.NullMarked
package io.persistentmap.stress;
