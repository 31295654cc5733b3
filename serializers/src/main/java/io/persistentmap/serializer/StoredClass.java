package io.persistentmap.serializer;

/** A number of the class table, and how the objects that have it are written and read. */
final class StoredClass {
  private final int number;
  private final Class<?> type;
  private final Schema schema;
  private final Form form;
  private final boolean createsFirst;
  private final boolean current;

  /** Whether an object of it was written, read and compared, or needs no such check. */
  private volatile boolean checked;

  /**
   * Creates it.
   *
   * @param type the class; Object if there is none to be had
   * @param ofUser whether the user wrote the class, so that a first object is to be checked
   * @param current whether objects are written like this today, and not only read
   */
  StoredClass(
      int number, Class<?> type, Schema schema, Form form, boolean ofUser, boolean current) {
    this.number = number;
    this.type = type;
    this.schema = schema;
    this.form = form;
    this.createsFirst = schema.kind().createsFirst();
    this.current = current;
    this.checked = !ofUser;
  }

  int number() {
    return number;
  }

  Class<?> type() {
    return type;
  }

  Schema schema() {
    return schema;
  }

  Form form() {
    return form;
  }

  boolean createsFirst() {
    return createsFirst;
  }

  /** Returns whether an object that is read and not changed is written in the same bytes. */
  boolean isCurrent() {
    return current;
  }

  boolean isChecked() {
    return checked;
  }

  void setChecked() {
    checked = true;
  }
}
