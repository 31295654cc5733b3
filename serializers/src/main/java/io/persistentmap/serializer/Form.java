package io.persistentmap.serializer;

import org.jspecify.annotations.Nullable;

/**
 * How the objects of one class are written and read, behind class number and reference.
 *
 * <p>Where the schema says that the object exists before its content, it is made of the head, and
 * then filled from the body; all others are made of their body. Thread-safe, and without state of
 * any one object.
 */
abstract class Form {
  /** Appends what {@link #create} reads. */
  void writeHead(Object object, GraphWriter out) {}

  /** Appends what {@link #readBody} reads. */
  abstract void writeBody(Object object, GraphWriter out);

  /** Returns a new object without its content. */
  Object create(GraphReader in) {
    throw new AssertionError(getClass() + " makes its objects of their bodies");
  }

  /**
   * Reads the content.
   *
   * @param created the object to fill, or null if it is to be made
   * @return the object
   */
  abstract Object readBody(@Nullable Object created, GraphReader in);

  /** Returns the values of the fields of the schema, boxed, for comparing objects. */
  @Nullable Object[] parts(Object object) {
    return new Object[0];
  }
}
