/** Registers the gradients of every tfjs-core kernel; calling it again changes nothing. */
export declare function registerGradients(): void;
