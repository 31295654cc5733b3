/** Tests of the store's parts by themselves; what a store does as a whole is tested elsewhere. */
@org.jspecify.annotations.NullMarked
package io.persistentmap.store;
