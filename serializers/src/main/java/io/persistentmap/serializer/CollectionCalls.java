package io.persistentmap.serializer;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedList;
import java.util.ListIterator;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** The calls that reading and writing make on a collection. */
class CollectionCalls {
  /** Whatever the class of the collection has. */
  static final CollectionCalls VIRTUAL = new CollectionCalls();

  private CollectionCalls() {}

  Iterator<?> iterator(Collection<Object> collection) {
    return collection.iterator();
  }

  int size(Collection<Object> collection) {
    return collection.size();
  }

  void add(Collection<Object> collection, @Nullable Object element) {
    collection.add(element);
  }

  void addAll(Collection<Object> collection, Collection<?> elements) {
    collection.addAll(elements);
  }

  void clear(Collection<Object> collection) {
    collection.clear();
  }

  /** Returns the methods of a JDK class, past what a user's subclass made of them. */
  static CollectionCalls special(Class<?> ofJdk, Class<?> subclass) {
    return new Special(ofJdk, subclass);
  }

  private static final class Special extends CollectionCalls {
    private final MethodHandle iterator;
    private final MethodHandle size;
    private final MethodHandle clear;
    private final MethodHandle add;
    private final MethodHandle addAll;

    Special(Class<?> ofJdk, Class<?> subclass) {
      iterator =
          ofJdk == LinkedList.class
              ? linkedIterator(subclass)
              : find(ofJdk, subclass, "iterator", Iterator.class);
      size = find(ofJdk, subclass, "size", int.class);
      clear = find(ofJdk, subclass, "clear", void.class);
      add =
          ofJdk == ArrayDeque.class
              ? find(ofJdk, subclass, "addLast", void.class, Object.class)
              : find(ofJdk, subclass, addMethod(ofJdk), boolean.class, Object.class);
      addAll = find(ofJdk, subclass, "addAll", boolean.class, Collection.class);
    }

    /** Its iterator() calls its listIterator(int), which could be overridden. */
    private static MethodHandle linkedIterator(Class<?> subclass) {
      MethodHandle from =
          find(LinkedList.class, subclass, "listIterator", ListIterator.class, int.class);
      return MethodHandles.insertArguments(from, 1, 0)
          .asType(MethodType.methodType(Iterator.class, Collection.class));
    }

    /** The add of most queues calls their offer, which could be overridden. */
    private static String addMethod(Class<?> ofJdk) {
      return Queue.class.isAssignableFrom(ofJdk) && ofJdk != LinkedList.class ? "offer" : "add";
    }

    private static MethodHandle find(
        Class<?> ofJdk, Class<?> subclass, String name, Class<?> result, Class<?>... parameters) {
      MethodType type = MethodType.methodType(result, parameters);
      return SuperMethod.find(ofJdk, subclass, name, type)
          .asType(
              type.insertParameterTypes(0, Collection.class)
                  .changeReturnType(result == boolean.class ? void.class : result));
    }

    @Override
    Iterator<?> iterator(Collection<Object> collection) {
      try {
        return (Iterator<?>) iterator.invokeExact(collection);
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }

    @Override
    int size(Collection<Object> collection) {
      try {
        return (int) size.invokeExact(collection);
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }

    @Override
    void add(Collection<Object> collection, @Nullable Object element) {
      try {
        add.invokeExact(collection, element);
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }

    @Override
    void addAll(Collection<Object> collection, Collection<?> elements) {
      try {
        addAll.invokeExact(collection, elements);
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }

    @Override
    void clear(Collection<Object> collection) {
      try {
        clear.invokeExact(collection);
      } catch (Throwable failure) {
        throw Failures.unchecked(failure);
      }
    }
  }
}
