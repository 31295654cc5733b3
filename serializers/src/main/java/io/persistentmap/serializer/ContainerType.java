package io.persistentmap.serializer;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A JDK class of collections or maps that are made empty and then filled.
 *
 * @param type the class
 * @param heads how many values of a container are needed to make its like
 * @param head returns these values
 * @param parameters what the constructor takes
 * @param arguments turns these values into what the constructor gets
 * @param factory makes an empty container of these values, in place of a constructor
 * @param whole whether adding an element may call its {@code hashCode}, {@code equals} or {@code
 *     compareTo}, for which the element must be complete
 * @param concurrent whether all elements are taken before one is written, since iterating is
 *     allowed while others change the container, or its size is asked with its monitor only
 * @param nulls whether null can be in it; if not, and one is found, somebody is changing it
 * @param <C> collections or maps
 */
record ContainerType<C>(
    Class<?> type,
    int heads,
    Function<C, @Nullable Object[]> head,
    List<Class<?>> parameters,
    Function<@Nullable Object[], @Nullable Object[]> arguments,
    @Nullable Function<@Nullable Object[], Object> factory,
    boolean whole,
    boolean concurrent,
    boolean nulls) {
  private static final Object[] NOTHING = {};

  /** A class with a constructor without parameters. */
  static <C> ContainerType<C> of(Class<?> type) {
    return new ContainerType<>(
        type, 0, container -> NOTHING, List.of(), head -> NOTHING, null, false, false, true);
  }

  /** A class whose constructor takes one value. */
  static <C> ContainerType<C> of(
      Class<?> type, Class<?> parameter, Function<C, @Nullable Object> head) {
    return new ContainerType<>(
        type,
        1,
        container -> new @Nullable Object[] {head.apply(container)},
        List.of(parameter),
        values -> values,
        null,
        false,
        false,
        true);
  }

  /** The same, with a constructor that takes other values than the head. */
  ContainerType<C> constructor(
      Function<@Nullable Object[], @Nullable Object[]> ofHead, Class<?>... types) {
    return new ContainerType<>(
        type, heads, head, List.of(types), ofHead, null, whole, concurrent, nulls);
  }

  /** The same, made by a method. */
  ContainerType<C> factory(Function<@Nullable Object[], Object> ofHead) {
    return new ContainerType<>(
        type, heads, head, parameters, arguments, ofHead, whole, concurrent, nulls);
  }

  /** The same, after a check of what is to be written. */
  ContainerType<C> checked(Consumer<C> check) {
    return new ContainerType<>(
        type,
        heads,
        container -> {
          check.accept(container);
          return head.apply(container);
        },
        parameters,
        arguments,
        factory,
        whole,
        concurrent,
        nulls);
  }

  /** The same, of elements that must be complete. */
  ContainerType<C> ofWhole() {
    return new ContainerType<>(
        type, heads, head, parameters, arguments, factory, true, concurrent, nulls);
  }

  /** The same, which others may change meanwhile. */
  ContainerType<C> asConcurrent() {
    return new ContainerType<>(
        type, heads, head, parameters, arguments, factory, whole, true, nulls);
  }

  /** The same, which refuses null. */
  ContainerType<C> withoutNulls() {
    return new ContainerType<>(
        type, heads, head, parameters, arguments, factory, whole, concurrent, false);
  }

  /** Returns what makes empty containers of a class: this type's or one that extends it. */
  Function<@Nullable Object[], Object> maker(Class<?> exactly) {
    if (factory != null) {
      return factory;
    }
    Instantiator instantiator = Instantiator.of(exactly, type, parameters.toArray(Class<?>[]::new));
    return values -> instantiator.create(arguments.apply(values));
  }
}
